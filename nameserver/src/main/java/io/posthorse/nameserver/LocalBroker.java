package io.posthorse.nameserver;

import io.posthorse.codec.rocketmq.Peer;
import java.util.Collection;

/** What a broker in the same process offers. It does not register: its topics are routable as soon as they exist. */
public interface LocalBroker {
    String clusterName();

    String brokerName();

    /** 0 for a master, above 0 for a slave. */
    long brokerId();

    /** How the broker offers that topic, or null where it does not. */
    TopicRoute topic(String name);

    /** The names of all its topics. */
    Collection<String> topics();

    /** The host:port that this peer is told to connect to: what was configured, else the host that the peer dialled. */
    String address(Peer asking);
}
