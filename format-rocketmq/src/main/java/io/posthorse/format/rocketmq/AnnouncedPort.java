package io.posthorse.format.rocketmq;

/**
 * The port for gRPC that masters of a cluster announce to each other: it is in the flag of the topic that is named after the
 * broker. Name servers, including RocketMQ's own, pass that flag on with each route. Its two lowest bits have a meaning in
 * RocketMQ and stay 0.
 */
public final class AnnouncedPort {
    private static final int SHIFT = 8;
    private static final int PORT_MAX = 65_535;

    private AnnouncedPort() {}

    /** Returns the flag that announces a port, or 0 where there is none. */
    static int flag(int port) {
        return port << SHIFT;
    }

    /** Returns the port that a broker announces with the topic of its name, or 0 where it announces none. */
    public static int of(TopicOnBroker offer) {
        int port = offer.flag() >>> SHIFT;
        return port <= PORT_MAX ? port : 0;
    }
}
