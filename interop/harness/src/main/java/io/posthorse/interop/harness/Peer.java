package io.posthorse.interop.harness;

import java.io.IOException;
import java.util.List;

/** A kind of broker to test, with the commands that start it. */
interface Peer {

    /** Returns the processes to start, in this order; the last one is the broker. */
    List<ProcessBuilder> commands(BrokerPlan plan) throws IOException;

    /** Returns the text that the broker prints when it is ready; empty where open ports are enough. */
    default String readyText() {
        return "";
    }

    /** Returns the peer of the system property {@code interop.peer}; without it, the broker of this checkout. */
    static Peer chosen() {
        String name = System.getProperty("interop.peer", "posthorse");
        return switch (name) {
            case "", "posthorse" -> new PosthorsePeer();
            case "rocketmq" -> new RocketMqPeer(System.getProperty("interop.peer.classpath", ""));
            default -> throw new IllegalArgumentException("interop.peer is neither posthorse nor rocketmq: " + name);
        };
    }
}
