package io.posthorse.protocol.openwire;

import io.posthorse.broker.Subscription;
import io.posthorse.broker.Topic;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import java.util.List;
import java.util.function.Consumer;
import org.apache.activemq.advisory.AdvisorySupport;
import org.apache.activemq.command.ActiveMQDestination;
import org.apache.activemq.command.ActiveMQTopic;
import org.apache.activemq.command.ConnectionId;
import org.apache.activemq.command.ConsumerInfo;
import org.apache.activemq.command.RemoveSubscriptionInfo;

/**
 * The opening of a client's consumers: on queues, topics, patterns and advisories; queue browsers and durable subscribers.
 */
final class ConsumerOpening {
    private final OpenwireProtocol protocol;
    private final ClientConnection client;

    ConsumerOpening(OpenwireProtocol protocol, ClientConnection client) {
        this.protocol = protocol;
        this.client = client;
    }

    void subscribe(ConsumerInfo info) throws JMSException {
        ActiveMQDestination destination = info.getDestination();
        if (destination == null) {
            throw new InvalidDestinationException("A consumer needs a destination.");
        }
        ConnectionId notFrom = info.isNoLocal() ? client.info().getConnectionId() : null;
        JmsSelector selector = JmsSelector.of(protocol.messages::at, info.getSelector(), notFrom);
        ClientConsumer consumer;
        if (AdvisorySupport.isAdvisoryTopic(destination)) {
            consumer = protocol.advisories.subscribe(client, info);
        } else if (info.isBrowser()) {
            consumer = browse(info, selector);
        } else if (info.isDurable()) {
            consumer = durable(info, selector, notFrom);
        } else {
            consumer = plain(info, selector);
        }
        client.consumers.put(info.getConsumerId(), consumer);
        protocol.advisories.consumer(info);
        consumer.wake();
    }

    private ClientConsumer browse(ConsumerInfo info, JmsSelector selector) throws JMSException {
        BrowserConsumer browser = new BrowserConsumer(protocol, client, info, selector);
        for (ActiveMQDestination part : JmsDestinations.parts(info.getDestination())) {
            if (JmsDestinations.isPattern(part)) {
                for (Topic topic : protocol.destinations.matching(part)) {
                    client.access().requireRead(topic.name());
                    browse(browser, topic);
                }
                browseVirtual(browser, part,
                        protocol.broker.subscription(JmsNames.queueSubscription(part.getPhysicalName())));
            } else {
                browse(browser, topic(part));
            }
        }
        browser.begin();
        return browser;
    }

    private void browse(BrowserConsumer browser, Topic topic) throws JMSException {
        Subscription own = protocol.destinations.queueSubscription(topic);
        browser.add(topic, own, null);
        browseVirtual(browser, JmsNames.destination(topic.name()), own);
    }

    private void browseVirtual(BrowserConsumer browser, ActiveMQDestination queue, Subscription own) throws JMSException {
        ActiveMQTopic source = VirtualTopics.topicOf(queue);
        if (source == null || own == null) {
            return;
        }
        protocol.virtual.begin(queue, own);
        for (Topic topic : protocol.virtual.topics(source)) {
            client.access().requireRead(topic.name());
            browser.add(topic, own, queue);
        }
    }

    private ClientConsumer plain(ConsumerInfo info, JmsSelector selector) throws JMSException {
        Subscriber subscriber = new Subscriber(protocol, client, info);
        try {
            for (ActiveMQDestination part : JmsDestinations.parts(info.getDestination())) {
                attach(subscriber, part, selector);
            }
        } catch (JMSException | RuntimeException e) {
            subscriber.close(0);
            throw e;
        }
        return subscriber;
    }

    private void attach(Subscriber subscriber, ActiveMQDestination part, JmsSelector selector) throws JMSException {
        if (JmsDestinations.isPattern(part) && !part.isTemporary()) {
            for (Topic topic : protocol.destinations.matching(part)) {
                client.access().requireRead(topic.name());
                attach(subscriber, topic, selector, false);
                attachVirtual(subscriber, JmsNames.destination(topic.name()), selector);
            }
            attachVirtual(subscriber, part, selector);
            follow(subscriber, part, topic -> {
                attach(subscriber, topic, selector, true);
                attachVirtual(subscriber, JmsNames.destination(topic.name()), selector);
            });
            return;
        }
        Topic topic = topic(part);
        attach(subscriber, topic, selector, false);
        follow(subscriber, topic, again -> attach(subscriber, again, selector, true));
        attachVirtual(subscriber, part, selector);
    }

    private void attach(Subscriber subscriber, Topic topic, JmsSelector selector, boolean isNew)
            throws JMSException {
        boolean isQueue = JmsNames.destination(topic.name()).isQueue()
                && !(subscriber.info().getDestination() instanceof ActiveMQTopic);
        if (!isQueue && !isNew && !subscriber.info().isRetroactive()) {
            protocol.deliveries.beginAtEnd(topic, subscriber.ownCursor());
        }
        Subscription subscription = isQueue ? protocol.destinations.queueSubscription(topic) : subscriber.ownCursor();
        subscriber.attach(protocol.deliveries.feed(topic, subscription, protocol.deadLetters, !isQueue), selector);
    }

    /** Attaches a queue that is a virtual subscription to its topic or topics, present and future ones. */
    private void attachVirtual(Subscriber subscriber, ActiveMQDestination queue, JmsSelector selector)
            throws JMSException {
        ActiveMQTopic source = VirtualTopics.topicOf(queue);
        if (source == null) {
            return;
        }
        String name = JmsNames.queueSubscription(queue.getPhysicalName());
        List<Topic> topics = protocol.virtual.topics(source);
        topics.forEach(topic -> client.access().requireRead(topic.name()));
        if (!JmsDestinations.isPattern(source)) {
            client.access().requireRead(JmsNames.topic(source));
        }
        client.access().requireJoin(name); // the queue reads the topic as a group of its own
        protocol.virtual.begin(queue, protocol.destinations.subscription(name));
        Attachment attachment = to -> subscriber.attach(
                protocol.deliveries.feed(to, protocol.destinations.subscription(name), protocol.deadLetters, false),
                selector);
        for (Topic topic : topics) {
            attachment.to(topic);
        }
        if (!subscriber.follows(name)) {
            return; // the queue was deleted and created again
        }
        if (JmsDestinations.isPattern(source)) {
            follow(subscriber, source, attachment);
        } else {
            subscriber.onClose(protocol.destinations.watch(JmsNames.topic(source), watcher(subscriber, attachment)));
        }
    }

    private interface Attachment {
        void to(Topic topic) throws JMSException;
    }

    /** Attaches a consumer of a pattern to topics that are created later. */
    private void follow(Subscriber subscriber, ActiveMQDestination pattern, Attachment attachment) {
        subscriber.onClose(protocol.destinations.watch(pattern, watcher(subscriber, attachment)));
    }

    /** Attaches a consumer to its topic again after that was deleted and created. */
    private void follow(Subscriber subscriber, Topic topic, Attachment attachment) {
        subscriber.onClose(protocol.destinations.watch(topic.name(), watcher(subscriber, attachment)));
    }

    private Consumer<Topic> watcher(Subscriber subscriber, Attachment attachment) {
        return topic -> {
            try {
                client.access().requireRead(topic.name());
                attachment.to(topic);
            } catch (JMSException | SecurityException e) {
                subscriber.leftOut(topic, e);
            }
        };
    }

    private Topic topic(ActiveMQDestination destination) throws JMSException {
        if (destination.isTemporary()) {
            client.requireOwn(destination);
        }
        Topic known = protocol.destinations.known(destination);
        if (!destination.isTemporary()) {
            client.access().requireRead(JmsNames.topic(destination));
            if (known == null) {
                client.access().requireCreate(JmsNames.topic(destination));
            }
        }
        Topic topic = protocol.destinations.topic(destination, client.session().holder());
        if (!topic.settings().isReadable()) {
            throw new InvalidDestinationException("The topic " + topic.name() + " cannot be read: its permissions do not"
                    + " allow reading.");
        }
        return topic;
    }

    // ---- durable subscriptions

    private ClientConsumer durable(ConsumerInfo info, JmsSelector selector, ConnectionId notFrom) throws JMSException {
        String name = JmsNames.durableSubscription(client.info().getClientId(), info.getSubscriptionName());
        requireSameUser(protocol.broker.subscription(name), info.getSubscriptionName());
        requireInactive(name, info.getSubscriptionName());
        ActiveMQDestination to = info.getDestination();
        if (!to.isTopic() || to.isComposite() || to.isTemporary()) {
            throw new InvalidDestinationException("A durable subscription needs a topic or a pattern of topics.");
        }
        client.access().requireJoin(name);
        Subscription subscription = protocol.destinations.durable(name, info, notFrom != null, client);
        Subscriber subscriber = new Subscriber(protocol, client, info);
        try {
            ActiveMQDestination destination = info.getDestination();
            boolean isPattern = JmsDestinations.isPattern(destination);
            List<Topic> topics = isPattern ? protocol.destinations.matching(destination) : List.of(topic(destination));
            Attachment attachment = topic -> subscriber.attach(
                    protocol.deliveries.feed(topic, subscription, protocol.deadLetters, true), selector);
            for (Topic topic : topics) {
                client.access().requireRead(topic.name());
                if (!subscription.knows(topic) && !info.isRetroactive()) {
                    protocol.deliveries.beginAtEnd(topic, subscription);
                }
                attachment.to(topic);
            }
            if (isPattern) {
                follow(subscriber, destination, attachment);
            } else {
                follow(subscriber, topics.getFirst(), attachment);
            }
        } catch (JMSException | RuntimeException e) {
            subscriber.close(0);
            throw e;
        }
        return subscriber;
    }

    private void requireInactive(String name, String clientsName) throws JMSException {
        if (protocol.deliveries.hasConsumers(name)) {
            throw new JMSException("Durable consumer is in use for client: " + client.info().getClientId()
                    + " and subscriptionName: " + clientsName);
        }
    }

    /** Requires the same user as the subscription's: client ids can be chosen freely, so they must not give access to it. */
    private void requireSameUser(Subscription known, String name) {
        if (known != null && client.access().isOn() && !JmsDestinations.userOf(known).equals(client.user())) {
            throw new SecurityException("The durable subscription " + name + " of client " + client.info().getClientId()
                    + " belongs to another user.");
        }
    }

    void unsubscribe(RemoveSubscriptionInfo info) throws JMSException {
        String name = JmsNames.durableSubscription(client.info().getClientId(), info.getSubscriptionName());
        Subscription subscription = protocol.broker.subscription(name);
        if (subscription == null) {
            throw new InvalidDestinationException(
                    "No durable subscription exists for: " + info.getSubscriptionName());
        }
        requireSameUser(subscription, info.getSubscriptionName());
        requireInactive(name, info.getSubscriptionName());
        protocol.shard.turn();
        if (!protocol.broker.delete(subscription)) {
            throw JmsExceptions.full(io.posthorse.broker.Admission.DISK_FULL);
        }
        protocol.shard.audit().note(client.session().holder(), "durable subscription " + name + " was deleted");
    }
}
