package io.posthorse.format.rocketmq;

/**
 * How masters of a cluster tell each other their ports for gRPC: in the flag of the topic that is named after the broker.
 * Name servers pass that flag on with each route, RocketMQ's own too. Its two lowest bits have a meaning there and stay 0.
 */
public final class AnnouncedPort {
    private static final int SHIFT = 8;
    private static final int PORT_MAX = 65_535;

    private AnnouncedPort() {}

    /** Returns the flag that announces a port, 0 where there is none. */
    static int flag(int port) {
        return port << SHIFT;
    }

    /** Returns the port that a broker announces in how it offers the topic of its name, 0 where it announces none. */
    public static int of(TopicOnBroker offer) {
        int port = offer.flag() >>> SHIFT;
        return port <= PORT_MAX ? port : 0;
    }
}
