package io.posthorse.server;

import io.posthorse.broker.Broker;
import io.posthorse.broker.Topic;
import io.posthorse.broker.TopicSettings;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.format.rocketmq.RocketmqSettings;
import io.posthorse.nameserver.LocalBroker;
import io.posthorse.nameserver.TopicRoute;
import io.posthorse.protocol.rocketmq.Addresses;
import java.util.Collection;

/**
 * The broker of this process, the first one where there are several, as its name server sees it: topics are routable as
 * soon as they exist.
 *
 * @param ha the port for slaves; null where there is none
 */
record BrokerRoutes(Broker broker, RocketmqSettings settings, long brokerId, HaPort ha) implements LocalBroker {
    private static final String RETRY = "%RETRY%";

    @Override
    public String clusterName() {
        return settings.cluster();
    }

    @Override
    public String brokerName() {
        return settings.brokerName();
    }

    @Override
    public TopicRoute topic(String name) {
        Topic topic = broker.topic(name);
        if (topic == null) {
            return expected(settings, name);
        }
        return new TopicRoute(
                topic.settings().readPartitions(),
                topic.settings().writePartitions(),
                settings.allowed(topic.settings().permissions()),
                settings.announced(name));
    }

    /** Returns how a broker will offer a topic that it does not have yet; null where it will not. */
    static TopicRoute expected(RocketmqSettings settings, String name) {
        // a new group asks for its retry topic just before the heartbeat that creates it, and then only 30 s later
        boolean isExpected = name.startsWith(RETRY) && settings.autoCreateGroups();
        int permissions = settings.allowed(TopicSettings.READ | TopicSettings.WRITE);
        return isExpected ? new TopicRoute(1, 1, permissions, 0) : null;
    }

    @Override
    public Collection<String> topics() {
        return broker.topics().stream().map(Topic::name).toList();
    }

    @Override
    public String address(Peer asking) {
        return Addresses.route(settings, asking.local());
    }

    @Override
    public String haAddress(Peer asking) {
        return ha == null || ha.port() < 0 ? "" : Addresses.at(settings, asking.local(), ha.port());
    }
}
