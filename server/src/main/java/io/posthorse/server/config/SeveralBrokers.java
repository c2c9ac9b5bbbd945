package io.posthorse.server.config;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The configurations of several brokers in one process, from the one that they share. */
public final class SeveralBrokers {
    /** Maximum number of brokers of a process. */
    public static final int MAX = 16;
    /** Name of the directory, in that of the first broker, with those of the others: the number of each is its name. */
    public static final String DIRECTORY = "brokers";

    static final int NAME_MAX = 124;
    /** Distance of the ports of two brokers: leaves room for the second port of each, and for one above. */
    public static final int PORT_STEP = 4;
    private static final int VIP_DISTANCE = 2;
    private static final long HOT_BYTES_MIN = 1 << 20;

    private SeveralBrokers() {}

    /**
     * The place of one broker among those of a process.
     *
     * @param number 0 for the first one, which has the name server, and the ports for gRPC and JMS
     * @param count number of brokers in the process
     */
    public record Part(int number, int count) {
        /** Returns the place of the first one, or of the process as a whole. */
        public static Part of(int count) {
            return new Part(0, count);
        }

        public boolean isFirst() {
            return number == 0;
        }

        /** Returns this broker's part of something that all have together; at least 1, unless there is nothing. */
        public int of(long all, long min) {
            return Math.toIntExact(bytes(all, min));
        }

        /** Returns the same of bytes. */
        public long bytes(long all, long min) {
            return Math.min(all, Math.max(min, all / count));
        }

        /**
         * Returns this broker's part of the connections: the first one, where each client has one more to the name server,
         * has two parts.
         */
        public int connections(int all) {
            long parts = isFirst() ? 2 : 1;
            return count == 1 ? all : (int) Math.max(1, parts * all / (count + 1));
        }
    }

    /** Returns the name of a broker. */
    public static String name(String first, int number) {
        return number == 0 ? first : first + "-" + number;
    }

    /** Returns the name of the first broker, from that of another one. */
    public static String first(String other) {
        return other.substring(0, other.lastIndexOf('-'));
    }

    /** Returns the port of a broker; 0, any free one, where that of the first is. */
    static int port(int first, int number) {
        return first == 0 ? 0 : first + PORT_STEP * number;
    }

    /**
     * Returns the configuration of one broker: bounds of the process are divided, and all but the first have a name, a
     * directory and ports of their own.
     *
     * @param all the configuration of the process
     */
    public static ServerConfig of(ServerConfig all, int number) {
        Part part = new Part(number, all.part().count());
        if (part.count() == 1) {
            return all;
        }
        ServerConfig.Limits limits = all.limits();
        ServerConfig.Limits own = new ServerConfig.Limits(
                limits.connectionsMax(), limits.connectionIdleMs(), part.of(limits.topicsMax(), 1),
                part.of(limits.groupsMax(), 1), limits.queuesPerTopicMax(), part.of(limits.delayedMax(), 1),
                part.of(limits.transactionsMax(), 1), limits.shares());
        ServerConfig.Storage storage = all.storage();
        String directory = part.isFirst() ? storage.directory() : directory(storage.directory(), number).toString();
        ServerConfig.Storage there = new ServerConfig.Storage(
                directory, storage.segmentBytes(), storage.flush(), storage.flushIntervalMs(), storage.retentionMs(),
                storage.retentionBytes(), storage.deleteHours(), storage.diskUsedPercentMax(),
                part.bytes(storage.hotBytes(), HOT_BYTES_MIN));
        ServerConfig.Identity identity = all.identity();
        ServerConfig.Identity named = new ServerConfig.Identity(
                identity.cluster(), name(identity.brokerName(), number), identity.brokerId(), identity.role(),
                identity.nameServers(), identity.permission());
        return new ServerConfig(
                part.isFirst() ? all.listen() : listen(all.listen(), number), all.access(), named, all.replication(), there,
                all.topics(), all.transactions(), own, all.logging(), all.cluster(), part,
                part.isFirst() ? all.given() : given(all, directory, number), part.isFirst() ? all.notes() : List.of(),
                all.ignored());
    }

    /** Returns the directory of a broker other than the first. */
    public static Path directory(String first, int number) {
        return Path.of(first).resolve(DIRECTORY).resolve(Integer.toString(number));
    }

    private static ServerConfig.Listen listen(ServerConfig.Listen first, int number) {
        int port = port(first.brokerPort(), number);
        return new ServerConfig.Listen(
                first.bind(), port, first.vipPort() == ServerConfig.OFF ? ServerConfig.OFF : port - VIP_DISTANCE,
                ServerConfig.OFF, ServerConfig.OFF, ServerConfig.OFF, first.advertisedHost(), first.tls());
    }

    /** Returns the settings that are not at their defaults, as tools show those of one broker. */
    private static Map<String, String> given(ServerConfig all, String directory, int number) {
        Map<String, String> given = new HashMap<>(all.given());
        given.put(Settings.LISTEN_PORT.name(), Integer.toString(port(all.listen().brokerPort(), number)));
        given.put(Settings.DIRECTORY.name(), directory);
        for (Setting<Boolean> off : List.of(
                Settings.NAMESERVER_ENABLED, Settings.GRPC_ENABLED, Settings.OPENWIRE_ENABLED)) {
            given.put(off.name(), Boolean.toString(false));
        }
        return given;
    }
}
