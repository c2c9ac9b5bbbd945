package io.posthorse.nameserver;

import io.posthorse.codec.rocketmq.Peer;
import java.util.Collection;

/** A broker in the same process. It does not register: clients get a route to its topics as soon as they exist. */
public interface LocalBroker {
    String clusterName();

    String brokerName();

    /** Returns 0 for a master, above 0 for a slave. */
    long brokerId();

    /** Returns how the broker offers a topic, or null where it does not. */
    TopicRoute topic(String name);

    /** Returns the names of all its topics. */
    Collection<String> topics();

    /**
     * Returns the host:port to which a peer is told to connect: the configured host, or else the one that it connected to.
     */
    String address(Peer asking);

    /** Returns the host:port to which a slave is told to connect for the log; empty where there is no port for slaves. */
    default String haAddress(Peer asking) {
        return "";
    }
}
