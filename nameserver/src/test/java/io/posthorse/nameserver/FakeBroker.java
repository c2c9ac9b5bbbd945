package io.posthorse.nameserver;

import io.posthorse.codec.rocketmq.Peer;
import java.util.Collection;
import java.util.TreeMap;

/** A broker of the same process, with the topics that a test puts in. */
final class FakeBroker implements LocalBroker {
    final TreeMap<String, TopicRoute> topics = new TreeMap<>();
    private final String name;
    private final int port;

    FakeBroker(String name, int port) {
        this.name = name;
        this.port = port;
    }

    @Override
    public String clusterName() {
        return "DefaultCluster";
    }

    @Override
    public String brokerName() {
        return name;
    }

    @Override
    public long brokerId() {
        return 0;
    }

    @Override
    public TopicRoute topic(String topic) {
        return topics.get(topic);
    }

    @Override
    public Collection<String> topics() {
        return topics.keySet();
    }

    @Override
    public String address(Peer asking) {
        return asking.local().getHostString() + ":" + port;
    }
}
