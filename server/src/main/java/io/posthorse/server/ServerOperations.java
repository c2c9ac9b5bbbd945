package io.posthorse.server;

import io.posthorse.platform.FileStore;
import io.posthorse.protocol.rocketmq.Operations;
import io.posthorse.server.config.LiveSettings;
import io.posthorse.server.config.LogLevels;
import io.posthorse.server.config.ServerConfig;
import io.posthorse.server.config.SeveralBrokers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The settings of this process, as administration tools show and change them. */
final class ServerOperations implements Operations {
    private static final Logger LOG = LoggerFactory.getLogger(ServerOperations.class);
    private final FileStore files;
    private final ServerConfig started;
    private final SettingsKeeper keeper;
    private LiveSettings settings;
    private Consumer<ServerConfig> onChange = config -> {};

    ServerOperations(ServerConfig started, FileStore files, SettingsKeeper keeper) {
        this.files = files;
        this.started = started;
        this.keeper = keeper;
        keeper.follow(this::take);
        settings.changes().forEach((key, value) -> LOG.info(
                "{}={} was set while an earlier run was under way, and outranks the configuration", key, value));
    }

    /** Takes the changes that are in force from now on. */
    private void take(Map<String, String> changes) {
        List<String> complaints = new ArrayList<>();
        settings = LiveSettings.start(started, changes, complaints);
        complaints.forEach(LOG::warn);
        onChange.accept(settings.config());
    }

    /** Returns the configuration in force. */
    ServerConfig config() {
        return settings.config();
    }

    /** Sets the listener for changes, which is called once they are in force. */
    void onChange(Consumer<ServerConfig> listener) {
        onChange = listener;
    }

    @Override
    public Map<String, String> settings() {
        Map<String, String> shown = new TreeMap<>(settings.shown());
        shown.putAll(Map.of(
                "filterServerNums", "0", "msgTraceTopicName", "RMQ_SYS_TRACE_TOPIC", "traceOn", "true",
                "traceTopicEnable", "false"));
        return shown;
    }

    @Override
    public void change(String properties, Runnable decided, Consumer<String> done) {
        Map<String, String> wanted = LiveSettings.read(properties);
        Map<String, String> inForce = settings();
        wanted.entrySet().removeIf(entry -> entry.getValue().equals(inForce.get(entry.getKey())));
        if (!started.part().isFirst() && wanted.containsKey(LogLevels.KEY)) {
            done.accept("Nothing was changed. " + LogLevels.KEY + " is a setting of the whole process: change it at its"
                    + " first broker, " + SeveralBrokers.first(started.identity().brokerName()) + ".");
            return;
        }
        String refusal = settings.refusal(wanted);
        if (refusal != null) {
            done.accept(refusal);
            return;
        }
        LiveSettings changed = settings.with(wanted);
        if (!keeper.isBehind() && changed.changes().equals(settings.changes())) {
            done.accept(null);
            return;
        }
        decided.run();
        LOG.info("Settings changed while running: {} became {}", settings.changes(), changed.changes());
        keeper.keep(settings.changes(), changed.changes(), done);
    }

    @Override
    public long changes() {
        return keeper.generation();
    }

    @Override
    public long volumeBytes() {
        try {
            return files.totalBytes();
        } catch (IOException e) {
            return 0;
        }
    }

    @Override
    public long freeBytes() {
        try {
            return files.usableBytes();
        } catch (IOException e) {
            return 0;
        }
    }
}
