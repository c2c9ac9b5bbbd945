package io.posthorse.embedded;

import io.posthorse.embedded.seam.RunningServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a broker shall be like. May be used for several brokers, one after the other, by one thread. */
public final class BrokerBuilder {
    private static final String DIRECTORY = "storePathRootDir";

    /** Free ports, and files of a size that fits a test. */
    private static final List<String> PRESETS = Arrays.asList(
            "listenPort=0", "vip.enabled=false", "nameserver.port=0", "openwire.port=0", "grpcServerPort=0",
            "brokerName=embedded", "mappedFileSizeCommitLog=16777216");

    private static final int QUEUES = 4;

    private final List<String> topics = new ArrayList<>();
    private final Map<String, String> settings = new LinkedHashMap<>();
    private Path directory;
    private boolean memory;

    BrokerBuilder() {}

    /**
     * Keeps the data in a directory, which is made where it is missing and stays after the broker's end. A second broker
     * that is started in it goes on with what the first had.
     */
    public BrokerBuilder directory(Path kept) {
        directory = kept;
        return this;
    }

    /**
     * Keeps the temporary directory in memory where the system has a file system for that: {@code /dev/shm} on Linux, with
     * at least 64 MiB free. Elsewhere it lies where temporary files do; {@link Broker#directory} tells. There is no broker
     * without files. Has no effect with a {@link #directory(Path)} of one's own.
     */
    public BrokerBuilder preferMemory() {
        memory = true;
        return this;
    }

    /**
     * A setting of the broker. Keys and values are those of a broker's properties file; the default is the server's own,
     * other than for ports, which are free ones. Checked when the broker is started.
     */
    public BrokerBuilder setting(String key, String value) {
        settings.put(key, value);
        return this;
    }

    /** Several of them, each {@code key=value}. */
    public BrokerBuilder settings(String... pairs) {
        for (String pair : pairs) {
            int sign = pair.indexOf('=');
            settings.put(sign < 0 ? pair : pair.substring(0, sign), sign < 0 ? null : pair.substring(sign + 1));
        }
        return this;
    }

    /** Topics that are there from the start, with 4 queues each; see {@link Broker#createTopic}. */
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
            throw new BrokerStartException("The broker was not started: " + DIRECTORY
                    + " is not set among the settings here. Call directory(Path), or leave it out for a temporary one.",
                    null);
        }
        Path place = null;
        try {
            place = directory == null ? Workspace.of(memory).newDirectory() : Files.createDirectories(directory);
            Broker broker = new Broker(start(place), place, directory == null);
            place = null;
            createTopics(broker);
            return broker;
        } catch (IllegalArgumentException e) {
            throw new BrokerStartException("The broker was not started, as what it shall be is not right;"
                    + " docs/configuration.md has all settings.\n" + e.getMessage(), null);
        } catch (IOException e) {
            throw new BrokerStartException("The broker was not started: " + e.getMessage(), e);
        } finally {
            if (place != null && directory == null) {
                Workspace.delete(place);
            }
        }
    }

    private void createTopics(Broker broker) {
        try {
            topics.forEach(topic -> broker.createTopic(topic, QUEUES));
        } catch (RuntimeException e) {
            broker.close();
            throw e;
        }
    }

    /** Threads that the server starts keep the class loader of the thread that made them, so it is the server's here. */
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
