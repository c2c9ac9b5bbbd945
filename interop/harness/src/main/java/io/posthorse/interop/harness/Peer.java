package io.posthorse.interop.harness;

import java.io.IOException;
import java.util.List;

/** A kind of broker that can be tested: knows the commands that start it. */
interface Peer {

    /** The processes to start, in this order; the last one is the broker. */
    List<ProcessBuilder> commands(BrokerPlan plan) throws IOException;

    /** What the broker prints when it is ready, or empty when accepting connections says it. */
    default String readyText() {
        return "";
    }

    /** The peer that the system property {@code interop.peer} names; without it, the broker of this checkout. */
    static Peer chosen() {
        String name = System.getProperty("interop.peer", "posthorse");
        return switch (name) {
            case "", "posthorse" -> new PosthorsePeer();
            case "rocketmq" -> new RocketMqPeer(System.getProperty("interop.peer.classpath", ""));
            default -> throw new IllegalArgumentException("interop.peer is neither posthorse nor rocketmq: " + name);
        };
    }
}
