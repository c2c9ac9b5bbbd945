package io.posthorse.server;

import io.posthorse.broker.Broker;
import io.posthorse.broker.Topic;
import io.posthorse.format.rocketmq.RocketmqSettings;
import io.posthorse.format.rocketmq.TopicOnBroker;
import io.posthorse.nameserver.HostedTopic;
import io.posthorse.nameserver.NameServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The brokers of a topic that this process knows: its own, and those that registered with its name server.
 *
 * @param others the brokers of this process beside {@code broker}
 */
record KnownBrokers(
        Broker broker, RocketmqSettings settings, long brokerId, NameServer nameServer, List<OtherBroker> others) {

    List<TopicOnBroker> find(String topic) {
        List<TopicOnBroker> found = new ArrayList<>();
        for (HostedTopic host : nameServer == null ? List.<HostedTopic>of() : nameServer.registered(topic)) {
            found.add(new TopicOnBroker(
                    host.broker().name(), host.broker().addresses(), host.topic().readQueues(), host.topic().writeQueues(),
                    host.topic().perm(), host.topic().sysFlag()));
        }
        others.stream().map(other -> other.offer(topic)).filter(Objects::nonNull).forEach(found::add);
        Topic own = broker.topic(topic);
        if (own != null) {
            TreeMap<Long, String> addresses = new TreeMap<>();
            if (settings.advertisedHost() != null) {
                addresses.put(brokerId, settings.advertisedHost() + ":" + settings.port());
            }
            found.add(new TopicOnBroker(
                    settings.brokerName(), addresses, own.settings().readPartitions(), own.settings().writePartitions(),
                    settings.allowed(own.settings().permissions()), settings.announced(topic)));
        }
        return found;
    }
}
