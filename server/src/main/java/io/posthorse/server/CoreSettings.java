package io.posthorse.server;

import io.posthorse.broker.BrokerSettings;
import io.posthorse.broker.MessageFormat;
import io.posthorse.broker.PostponedLimits;
import io.posthorse.broker.Retention;
import io.posthorse.format.rocketmq.Host;
import io.posthorse.format.rocketmq.RocketmqSettings;
import io.posthorse.format.rocketmq.StoredFormat;
import io.posthorse.log.LogSettings;
import io.posthorse.protocol.openwire.StoredForm;
import io.posthorse.server.config.ServerConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;

/** The settings of the core, from those of the process. */
final class CoreSettings {
    private CoreSettings() {}

    /**
     * Returns the settings of the core.
     *
     * @param inForce the configuration with what was changed while the broker ran
     */
    static BrokerSettings of(ServerConfig config, ServerConfig inForce, long checkpointBytes) {
        ServerConfig.Storage storage = config.storage();
        return new BrokerSettings(
                config.limits().topicsMax(),
                config.limits().groupsMax(),
                config.limits().queuesPerTopicMax(),
                RocketmqSettings.INTERNAL_TOPICS,
                config.topics().delaysMs(),
                new PostponedLimits(
                        config.limits().delayedMax(),
                        config.limits().transactionsMax(),
                        config.transactions().checkIntervalMs(),
                        config.transactions().checksMax()),
                checkpointBytes,
                storage.flushIntervalMs(),
                storage.hotBytes(),
                retention(inForce.storage()),
                config.part().count());
    }

    static LogSettings log(ServerConfig config) {
        ServerConfig.Storage storage = config.storage();
        LogSettings standard = LogSettings.standard(storage.flush() == ServerConfig.FlushMode.SYNC_FLUSH);
        int ahead = Math.min(standard.allocateBytes(), storage.segmentBytes());
        return new LogSettings(storage.segmentBytes() & ~7, ahead, standard.reserveBytes(), standard.sync());
    }

    /** Returns the formats, RocketMQ's first: its clients see all messages in it. */
    static List<MessageFormat> formats(ServerConfig config, int port) throws IOException {
        String host = config.listen().advertisedHost();
        String name = host == null || host.isEmpty() ? config.listen().bind() : host;
        InetSocketAddress shown = new InetSocketAddress(name, port);
        StoredFormat rocketmqFormat = shown.isUnresolved() ? new StoredFormat() : new StoredFormat(Host.of(shown));
        return List.of(rocketmqFormat, new StoredForm());
    }

    static Retention retention(ServerConfig.Storage storage) {
        return new Retention(
                storage.retentionMs(),
                storage.retentionBytes(),
                storage.diskUsedPercentMax() / 100.0,
                ms -> storage.deleteHours()
                        .contains(Instant.ofEpochMilli(ms).atZone(ZoneId.systemDefault()).getHour()));
    }
}
