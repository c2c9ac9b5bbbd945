package io.posthorse.broker;

import static io.posthorse.broker.Model.require;

import io.posthorse.testkit.SeededEntropy;
import io.posthorse.testkit.SimulatedClock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Producers, consumers and operators: what they ask for next is chance, what they were told is remembered. */
final class Clients {
    private static final int NAMES = 4;

    private final SeededEntropy entropy;
    private final Model model;
    private final SimulatedClock clock;
    /** Per topic name, the first partition's number, or -1 where there is no such topic. */
    private final Map<String, History<Integer>> topics = new TreeMap<>();
    /** Per subscription name, its number, or -1. */
    private final Map<String, History<Integer>> subscriptions = new TreeMap<>();
    /** Per number of a subscription and of a partition. */
    private final Map<Integer, Map<Integer, History<Long>>> cursors = new HashMap<>();
    private final List<Waiting> waiting = new ArrayList<>();
    private int batches;

    private static final class Waiting implements Waiter {
        final Partition partition;
        final long offset;
        boolean woken;

        Waiting(Partition partition, long offset) {
            this.partition = partition;
            this.offset = offset;
        }

        @Override
        public void wake() {
            woken = true;
        }
    }

    Clients(SeededEntropy entropy, Model model, SimulatedClock clock) {
        this.entropy = entropy;
        this.model = model;
        this.clock = clock;
        for (int i = 0; i < NAMES; i++) {
            topics.put("topic" + i, new History<>(-1));
            subscriptions.put("subscription" + i, new History<>(-1));
        }
    }

    /** One command of some client. */
    void act(Shard shard, Consumer<Model.Event> answerLater, boolean mayRefuse) {
        int choice = entropy.below(100);
        Broker broker = shard.turn();
        Topic topic = broker.topic("topic" + entropy.below(NAMES));
        if (topic == null || choice < 1) {
            changeTopic(broker, answerLater);
        } else if (choice < 5) {
            changeSubscription(broker, answerLater);
        } else if (choice < 20) {
            commit(broker, any(topic), answerLater);
        } else if (choice < 30) {
            await(broker, any(topic));
        } else {
            publish(broker, any(topic), choice, answerLater, mayRefuse);
        }
    }

    private Partition any(Topic topic) {
        return topic.partitions().get(entropy.below(topic.partitions().size()));
    }

    private void publish(
            Broker broker, Partition to, int choice, Consumer<Model.Event> answerLater, boolean mayRefuse) {
        int count = choice < 80 ? 1 : 2 + entropy.below(4);
        int lane = choice >= 65 && choice < 80 ? entropy.below(3) : -1;
        List<Model.Sending> sendings = new ArrayList<>();
        int bytes = 0;
        for (int i = 0; i < count; i++) {
            int body = entropy.below(entropy.percent(10) ? 6_000 : 500);
            sendings.add(model.send(to, body, lane, broker.now()));
            bytes += TestFormat.HEADER + body;
        }
        Admission admission = broker.admit(bytes, count);
        if (admission != Admission.ADMITTED) {
            require(admission == Admission.FAILED == (broker.log().poison() != null), "a refusal says why");
            require(mayRefuse || admission == Admission.FAILED, "nothing is refused while there is space");
            return;
        }
        int batch = count > 1 ? ++batches : 0;
        Partition into = lane < 0 ? to : broker.state().schedule.lane(lane);
        List<Model.Stored> stored = new ArrayList<>();
        for (Model.Sending s : sendings) {
            TestFormat.Sent message = new TestFormat.Sent(s.messageId(), s.target(), s.bodyLength());
            long offset = into.index.next();
            boolean more = stored.size() < count - 1;
            long position = lane < 0 ? broker.publish(to, message, more) : broker.publishLater(to, message, lane);
            require(offset == broker.lastOffset(into), "the reply tells the offset");
            stored.add(model.store(into, offset, s, position, broker.tail(), batch));
        }
        stored.forEach(answerLater);
    }

    private void changeTopic(Broker broker, Consumer<Model.Event> answerLater) {
        String name = "topic" + entropy.below(NAMES);
        Topic topic = broker.topic(name);
        if (topic != null) {
            if (broker.delete(topic)) {
                answerLater.accept(topics.get(name).add(-1, broker.tail()));
                waiting.stream().filter(w -> w.partition.topic() == topic).forEach(w -> require(w.woken, "end wakes"));
            }
            return;
        }
        Topic created = broker.createOrUpdate(name, TopicSettings.of(1 + entropy.below(3)));
        if (created != null) {
            answerLater.accept(topics.get(name).add(created.partition(0).id(), broker.tail()));
            for (Partition partition : created.partitions()) {
                model.forget(partition.id());
                cursors.values().forEach(c -> c.remove(partition.id()));
            }
        }
    }

    private void changeSubscription(Broker broker, Consumer<Model.Event> answerLater) {
        String name = "subscription" + entropy.below(NAMES);
        Subscription subscription = broker.subscription(name);
        if (subscription != null) {
            if (entropy.percent(20) && broker.delete(subscription)) {
                answerLater.accept(subscriptions.get(name).add(-1, broker.tail()));
            }
            return;
        }
        Subscription created = broker.createOrUpdate(name, SubscriptionSettings.STANDARD);
        if (created != null) {
            cursors.put(created.id(), new HashMap<>());
            answerLater.accept(subscriptions.get(name).add(created.id(), broker.tail()));
        }
    }

    private void commit(Broker broker, Partition partition, Consumer<Model.Event> answerLater) {
        Subscription subscription = broker.subscription("subscription" + entropy.below(NAMES));
        if (subscription == null) {
            return;
        }
        long end = broker.end(partition);
        long offset = end == 0 ? 0 : end - entropy.below((int) Math.min(end, 5));
        if (subscription.cursor(partition) != offset && broker.commit(subscription, partition, offset)) {
            answerLater.accept(cursor(subscription, partition).add(offset, broker.tail()));
        }
    }

    private History<Long> cursor(Subscription subscription, Partition partition) {
        return cursors.computeIfAbsent(subscription.id(), s -> new HashMap<>())
                .computeIfAbsent(partition.id(), p -> new History<>(-1L));
    }

    private void await(Broker broker, Partition partition) {
        Waiting waiter = new Waiting(partition, broker.end(partition));
        waiting.add(waiter);
        broker.await(partition, waiter);
    }

    void requireAwake(Broker broker) {
        waiting.removeIf(w -> w.woken || w.partition.topic().isDeleted());
        for (Waiting waiter : waiting) {
            require(broker.end(waiter.partition) <= waiter.offset, "who waits is woken");
        }
    }

    /** The broker is gone, and with it everybody who waited. */
    void disconnected() {
        waiting.clear();
    }

    void reopened(Broker broker, Predicate<Model.Event> survives) {
        topics.forEach((name, history) -> {
            Topic topic = broker.topic(name);
            int found = topic == null ? -1 : topic.partition(0).id();
            require(history.allows(found, survives), "topics are as they were: " + name);
            history.settle(found);
        });
        subscriptions.forEach((name, history) -> {
            Subscription subscription = broker.subscription(name);
            int found = subscription == null ? -1 : subscription.id();
            require(history.allows(found, survives), "subscriptions are as they were: " + name);
            history.settle(found);
        });
        for (Subscription subscription : broker.subscriptions()) {
            for (Topic topic : broker.topics()) {
                for (Partition partition : topic.partitions()) {
                    History<Long> history = cursor(subscription, partition);
                    long found = subscription.cursor(partition);
                    require(history.allows(found, survives), "cursors are as they were: " + partition.id());
                    history.settle(found);
                }
            }
        }
    }
}
