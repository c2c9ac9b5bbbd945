package io.posthorse.embedded;

import io.posthorse.embedded.seam.RunningServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The configuration of a broker. Can start several brokers, one after the other, on one thread. */
public final class BrokerBuilder {
    private static final String DIRECTORY = "storePathRootDir";

    /** Free ports, and a file size that is suitable for tests. */
    private static final List<String> PRESETS = Arrays.asList(
            "listenPort=0", "vip.enabled=false", "nameserver.port=0", "openwire.port=0", "grpcServerPort=0",
            "brokerName=embedded", "mappedFileSizeCommitLog=16777216");

    private static final int QUEUES = 4;

    private final List<String> topics = new ArrayList<>();
    private final Map<String, String> settings = new LinkedHashMap<>();
    private Path directory;
    private boolean prefersMemory;

    BrokerBuilder() {}

    /**
     * Stores the data in a directory, which is created where it is missing, and stays after the broker's end. Another
     * broker in the same directory continues with that data.
     */
    public BrokerBuilder directory(Path kept) {
        directory = kept;
        return this;
    }

    /**
     * Places the temporary directory in memory where the system has a file system for that: {@code /dev/shm} on Linux, with
     * at least 64 MiB free. Otherwise it is among the temporary files; {@link Broker#directory} returns it. A broker always
     * needs files. Has no effect together with {@link #directory(Path)}.
     */
    public BrokerBuilder preferMemory() {
        prefersMemory = true;
        return this;
    }

    /**
     * Sets a setting of the broker. Keys and values are those of a broker's properties file; the defaults are the server's,
     * except that ports are free ones. The value is checked when the broker is started.
     */
    public BrokerBuilder setting(String key, String value) {
        settings.put(key, value);
        return this;
    }

    /** Sets several settings, each {@code key=value}. */
    public BrokerBuilder settings(String... pairs) {
        for (String pair : pairs) {
            int sign = pair.indexOf('=');
            settings.put(sign < 0 ? pair : pair.substring(0, sign), sign < 0 ? null : pair.substring(sign + 1));
        }
        return this;
    }

    /** Adds topics that exist from the start, with 4 queues each; see {@link Broker#createTopic}. */
    public BrokerBuilder topics(String... names) {
        topics.addAll(Arrays.asList(names));
        return this;
    }

    /**
     * Starts a broker; when this returns, it accepts clients.
     *
     * @throws BrokerStartException where it cannot be started; the message says why and what to do
     */
    public Broker start() {
        JavaVersion.check(System.getProperty("java.specification.version"), System.getProperty("java.home"));
        if (settings.containsKey(DIRECTORY)) {
            throw new BrokerStartException("The broker was not started: the directory is not a setting here (" + DIRECTORY
                    + "). Call directory(Path), or leave it out for a temporary one.",
                    null);
        }
        Path place = null;
        try {
            place = directory == null ? Workspace.of(prefersMemory).newDirectory() : Files.createDirectories(directory);
            Broker broker = new Broker(start(place), place, directory == null);
            place = null;
            createTopics(broker);
            return broker;
        } catch (IllegalArgumentException e) {
            throw new BrokerStartException("The broker was not started, because its configuration is not valid;"
                    + " docs/configuration.md lists all settings.\n" + e.getMessage(), null);
        } catch (IOException e) {
            throw new BrokerStartException("The broker was not started: " + e.getMessage(), e);
        } catch (UncheckedIOException e) {
            throw new BrokerStartException("The broker was not started: " + e.getCause().getMessage(), e);
        } finally {
            if (place != null && directory == null) {
                Workspace.delete(place);
            }
        }
    }

    private void createTopics(Broker broker) {
        try {
            topics.forEach(topic -> broker.createTopic(topic, QUEUES));
        } catch (IllegalArgumentException e) {
            broker.close();
            throw new BrokerStartException("The broker was not started: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            broker.close();
            throw e;
        }
    }

    /** Starts the server; its threads inherit the context class loader of this thread, so it is the server's meanwhile. */
    private RunningServer start(Path place) throws IOException {
        List<String> presets = new ArrayList<>(PRESETS);
        presets.add(DIRECTORY + "=" + place.toAbsolutePath());
        List<String> pairs = new ArrayList<>();
        settings.forEach((key, value) -> pairs.add(value == null ? key : key + "=" + value));
        ServerClasses classes = ServerClasses.load();
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(classes);
        try {
            return classes.starter().start(presets, pairs);
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
