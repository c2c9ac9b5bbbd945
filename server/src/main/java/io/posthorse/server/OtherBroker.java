package io.posthorse.server;

import io.posthorse.broker.Broker;
import io.posthorse.broker.Topic;
import io.posthorse.broker.TopicListener;
import io.posthorse.broker.TopicSettings;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.format.rocketmq.RocketmqSettings;
import io.posthorse.format.rocketmq.TopicOnBroker;
import io.posthorse.nameserver.LocalBroker;
import io.posthorse.nameserver.TopicRoute;
import io.posthorse.platform.Timers;
import io.posthorse.protocol.rocketmq.Addresses;
import io.posthorse.protocol.rocketmq.Registrations;
import io.posthorse.server.config.ServerConfig;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A broker of this process other than the first, as the first one's name server sees it from another thread: what its topics
 * offer, as its own thread has noted it. A change is answered once it is noted, so that a client finds what it has created.
 */
final class OtherBroker implements LocalBroker, TopicListener, Registrations {
    private record Offer(int readQueues, int writeQueues, int permissions) {}

    private final String cluster;
    private final String name;
    private final ConcurrentHashMap<String, Offer> offers = new ConcurrentHashMap<>();
    private volatile RocketmqSettings settings;
    private Broker broker;
    private Timers timers;
    private Registrations elsewhere = NONE;

    OtherBroker(ServerConfig config) {
        this.cluster = config.identity().cluster();
        this.name = config.identity().brokerName();
    }

    /**
     * Begins to note what the topics offer; called on the broker's own thread, before the name server serves anybody.
     *
     * @param others its registrations with name servers in other processes
     */
    void follow(Broker own, RocketmqSettings presented, Timers ofOwn, Registrations others) {
        broker = own;
        timers = ofOwn;
        elsewhere = others;
        settings = presented;
        own.onTopics(this);
        own.topics().forEach(this::changed);
    }

    @Override
    public void created(Topic topic) {
        changed(topic);
    }

    @Override
    public void deleted(Topic topic) {
        changed(topic);
    }

    @Override
    public void changed(Topic topic) {
        Topic present = broker.topic(topic.name());
        if (present == null) {
            offers.remove(topic.name());
        } else {
            TopicSettings of = present.settings();
            offers.put(topic.name(), new Offer(of.readPartitions(), of.writePartitions(), of.permissions()));
        }
    }

    @Override
    public void confirm(Runnable then) {
        timers.after(0, () -> elsewhere.confirm(then)); // listeners are called behind the commit that releases answers
    }

    @Override
    public String clusterName() {
        return cluster;
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
        Offer offer = offers.get(topic);
        return offer == null
                ? BrokerRoutes.expected(settings, topic)
                : new TopicRoute(offer.readQueues, offer.writeQueues, settings.allowed(offer.permissions), 0);
    }

    @Override
    public Collection<String> topics() {
        return List.copyOf(offers.keySet());
    }

    @Override
    public String address(Peer asking) {
        return Addresses.route(settings, asking.local());
    }

    /** Returns how this broker offers a topic; null where it does not. */
    TopicOnBroker offer(String topic) {
        Offer offer = offers.get(topic);
        if (offer == null) {
            return null;
        }
        TreeMap<Long, String> addresses = new TreeMap<>();
        if (settings.advertisedHost() != null) {
            addresses.put(brokerId(), settings.advertisedHost() + ":" + settings.port());
        }
        return new TopicOnBroker(
                name, addresses, offer.readQueues, offer.writeQueues, settings.allowed(offer.permissions), 0);
    }
}
