package io.posthorse.broker;

import static io.posthorse.broker.Failures.Part.RESTAMP;
import static io.posthorse.broker.Model.require;

import io.posthorse.testkit.SeededEntropy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Producers, consumers and operators: what they ask for next is chance, what they were told is remembered. */
final class Clients {
    private static final int NAMES = 4;
    /** Bytes of the reserve with which no small event is refused. */
    private static final int RESERVE_ENOUGH = 16 << 10;

    private final SeededEntropy entropy;
    private final Model model;
    private final PassedTime time;
    private final Failures failures;
    /** Per topic name, the first partition's number, or -1 where there is no such topic. */
    private final Map<String, History<Integer>> topics = new TreeMap<>();
    /** Per subscription name, its number, or -1. */
    private final Map<String, History<Integer>> subscriptions = new TreeMap<>();
    /** Per number of a subscription and of a partition. */
    private final Map<Integer, Map<Integer, History<Long>>> cursors = new HashMap<>();
    private final List<Waiting> waiting = new ArrayList<>();
    private final Borrowers borrowers;
    private final Settlers settlers;
    private final List<TakenBack> takenBack = new ArrayList<>();
    private int batches;

    private final class Waiting implements Waiter {
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
            failures.perhaps();
        }
    }

    Clients(SeededEntropy entropy, Model model, PassedTime time, Failures failures) {
        this.failures = failures;
        this.entropy = entropy;
        this.model = model;
        this.time = time;
        this.borrowers = new Borrowers(entropy, time);
        this.settlers = new Settlers(entropy, model, failures);
        for (int i = 0; i < NAMES; i++) {
            topics.put("topic" + i, new History<>(-1));
            subscriptions.put("subscription" + i, new History<>(-1));
        }
    }

    /** One command of some client. */
    void act(Shard shard, Consumer<Model.Event> answerLater, boolean mayRefuse) {
        int choice = entropy.below(100);
        Broker broker = shard.turn();
        time.turn(shard.turnNumber(), time.now(), broker.now());
        Topic topic = broker.topic("topic" + entropy.below(NAMES));
        if (topic == null || choice < 1) {
            changeTopic(broker, answerLater);
        } else if (choice < 5) {
            changeSubscription(broker, answerLater);
        } else if (choice < 20) {
            commit(broker, any(topic), answerLater);
        } else if (choice < 27) {
            await(broker, any(topic));
        } else if (choice < 34) {
            intervene(broker, answerLater);
        } else if (choice < 44) {
            borrowers.act(broker, any(topic), answerLater);
        } else if (choice < 54) {
            settlers.act(broker, any(topic), any(topic), answerLater);
        } else {
            publish(broker, any(topic), choice, answerLater, mayRefuse);
        }
    }

    private Partition any(Topic topic) {
        return topic.partitions().get(entropy.below(topic.partitions().size()));
    }

    private void publish(
            Broker broker, Partition to, int choice, Consumer<Model.Event> answerLater, boolean mayRefuse) {
        if (choice >= 60 && choice < 80) {
            publishForLater(broker, to, answerLater, mayRefuse);
            return;
        }
        int count = choice < 80 ? 1 : 2 + entropy.below(4);
        List<Sending> sendings = new ArrayList<>();
        int bytes = 0;
        for (int i = 0; i < count; i++) {
            int body = entropy.below(entropy.percent(10) ? 6_000 : 500);
            sendings.add(model.send(to, body, Model.Wait.NOTHING, 0));
            bytes += TestFormat.HEADER + body;
        }
        if (!admitted(broker, bytes, count, mayRefuse)) {
            return;
        }
        int batch = count > 1 ? ++batches : 0;
        List<Model.Stored> stored = new ArrayList<>();
        try {
            for (Sending s : sendings) {
                long offset = to.index.next();
                long position = broker.publish(to, sent(s), stored.size() < count - 1);
                require(offset == broker.lastOffset(to), "the reply tells the offset");
                stored.add(model.store(to, offset, s, position, broker.tail(), batch));
            }
        } catch (RuntimeException | StackOverflowError e) {
            failures.requirePlanned(e); // ends the batch in front of it
        }
        stored.forEach(answerLater);
    }

    private static boolean admitted(Broker broker, int bytes, int count, boolean mayRefuse) {
        long reserve = broker.log().reserveLeft();
        Admission admission = broker.admit(bytes, count);
        require(broker.log().reserveLeft() >= reserve, "messages leave the reserve alone");
        if (admission == Admission.ADMITTED) {
            return true;
        }
        require(admission == Admission.FAILED == (broker.log().poison() != null), "a refusal says why");
        require(mayRefuse || admission == Admission.FAILED, "nothing is refused while there is space");
        return false;
    }

    private Message sent(Sending sending) {
        return failures.message(new TestFormat.Sent(sending.messageId, sending.target, sending.bodyLength));
    }

    /** With the delay of a lane, with a time of its own, or as part of a transaction. */
    private void publishForLater(
            Broker broker, Partition to, Consumer<Model.Event> answerLater, boolean mayRefuse) {
        int kind = entropy.below(3);
        int body = entropy.below(500);
        boolean hasRoom = kind == 0 || (kind == 1 ? broker.delayed().hasRoom() : broker.transactions().hasRoom());
        if (!hasRoom || !admitted(broker, TestFormat.HEADER + body, 1, mayRefuse)) {
            return;
        }
        unlessItFails(broker, () -> {
            publishForLater(broker, to, kind, body, answerLater);
            return CommandOutcome.DONE;
        });
    }

    private void publishForLater(
            Broker broker, Partition to, int kind, int body, Consumer<Model.Event> answerLater) {
        Partition into;
        Sending sending;
        long position;
        if (kind == 0) {
            int lane = entropy.below(3);
            sending = model.send(to, body, Model.Wait.DELAY, broker.now() + broker.settings().lanesMs().get(lane));
            sending.due = time.in(broker.settings().lanesMs().get(lane));
            into = broker.state().postponed.schedule.lane(lane);
            position = broker.delayed().publishLater(to, sent(sending), lane);
        } else if (kind == 1) {
            sending = model.send(to, body, Model.Wait.TIME, time.now() + entropy.below(8_000) * time.pace());
            sending.due = time.at(sending.dueMs);
            into = broker.state().postponed.timed.partition();
            position = broker.delayed().publishAt(to, sent(sending), sending.dueMs);
            require(broker.delayed().position(broker.delayed().lastOffset()) == position, "what waits can be found");
        } else {
            sending = model.send(to, body, Model.Wait.DECISION, 0);
            into = broker.state().postponed.prepared.partition();
            long firstCheck = entropy.below(3_000);
            sending.due = time.in(firstCheck);
            position = broker.transactions().prepare(to, sent(sending), broker.now() + firstCheck);
        }
        answerLater.accept(model.store(into, broker.lastOffset(into), sending, position, broker.tail(), 0));
    }

    /** Somebody changes what becomes of a message that waits. */
    private void intervene(Broker broker, Consumer<Model.Event> answerLater) {
        PostponedMessages postponed = broker.state().postponed;
        if (entropy.percent(70)) {
            long oldest = postponed.prepared.oldest();
            if (oldest != Long.MAX_VALUE) {
                long offset = oldest + entropy.below((int) (postponed.prepared.partition().index.next() - oldest));
                decide(broker, offset, answerLater);
            }
        } else if (!postponed.timed.isEmpty()) {
            long offset = postponed.timed.firstOffset();
            Sending sending = waiting(broker, broker.delayed().position(offset));
            boolean hurry = entropy.percent(50);
            CommandOutcome outcome = sending == null
                    ? CommandOutcome.UNKNOWN
                    : hurry
                            ? unlessItFails(broker, () -> broker.delayed().runNow(offset))
                            : broker.delayed().cancel(offset);
            if (outcome == CommandOutcome.DONE) {
                sending.hurried |= hurry;
                sending.unwanted |= !hurry;
                if (!hurry) {
                    takeBack(sending, broker.tail(), answerLater);
                }
            }
        } else {
            resume(broker);
        }
    }

    private Sending waiting(Broker broker, long position) {
        ByteBuffer bytes = position < 0 ? null : broker.nativeAt(position);
        return bytes == null ? null : model.sending(TestFormat.messageId(bytes));
    }

    private void decide(Broker broker, long offset, Consumer<Model.Event> answerLater) {
        Sending sending = waiting(broker, broker.transactions().position(offset));
        if (sending == null) {
            return;
        }
        CommandOutcome outcome = !sending.isCommitted() ? broker.transactions().rollback(offset) : commit(broker, offset);
        if (outcome == CommandOutcome.DONE && !sending.isCommitted()) {
            takeBack(sending, broker.tail(), answerLater);
        }
        require(outcome == CommandOutcome.REFUSED || broker.transactions().position(offset) < 0,
                "a decision ends the waiting");
    }

    private CommandOutcome commit(Broker broker, long offset) {
        return unlessItFails(broker, () -> entropy.percent(20)
                ? broker.transactions().commitAt(offset, time.now() + entropy.below(500))
                : broker.transactions().commit(offset));
    }

    /** What fails by the message that it is about does nothing, and nobody else sees anything of it. */
    private CommandOutcome unlessItFails(Broker broker, Supplier<CommandOutcome> command) {
        long before = broker.decisions();
        try {
            return command.get();
        } catch (RuntimeException | StackOverflowError e) {
            failures.requirePlanned(e);
            require(broker.decisions() == before, "a command that fails does nothing");
            return CommandOutcome.REFUSED;
        }
    }

    private void takeBack(Sending sending, long end, Consumer<Model.Event> answerLater) {
        TakenBack told = new TakenBack(end, sending);
        takenBack.add(told);
        answerLater.accept(told);
    }

    private void resume(Broker broker) {
        Partition from = broker.state().postponed.prepared.suspendedPartition();
        for (long offset : broker.transactions().suspended()) {
            StoredCopy message = broker.moves().find(from, offset);
            ByteBuffer bytes = message == null ? null : broker.nativeAt(from.index.position(offset));
            Partition target = bytes == null ? null : broker.state().partition(TestFormat.target(bytes));
            if (target != null) {
                unlessItFails(broker, () -> broker.transactions().resume(offset, target, broker.now() + 100));
            }
        }
    }

    /** The broker asks what became of a transaction; whoever is there may answer later. */
    boolean asked(long offset, long position, ByteBuffer bytes, int times) {
        failures.perhaps();
        boolean isPlace = position == TestFormat.position(bytes) || failures.has(TestFormat.messageId(bytes), RESTAMP);
        require(isPlace && offset == TestFormat.offset(bytes), "who is asked is told what");
        Sending sending = model.sending(TestFormat.messageId(bytes));
        require(sending.wait == Model.Wait.DECISION, "only transactions are asked about");
        require(time.isOver(sending.due), "nobody is asked early: message " + sending);
        return entropy.percent(80);
    }

    /** All senders answer, and an operator resumes what was set aside. */
    void decideAll(Shard shard) {
        Broker broker = shard.turn();
        PreparedMessages prepared = broker.state().postponed.prepared;
        for (long offset = prepared.oldest(); offset < prepared.partition().index.next(); offset++) {
            decide(broker, offset, told -> { });
        }
        resume(broker);
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
        if (!broker.hasRoomForTopic()) {
            return;
        }
        Topic created = broker.createOrUpdate(name, TopicSettings.of(1 + entropy.below(3)));
        if (created != null) {
            answerLater.accept(topics.get(name).add(created.partition(0).id(), broker.tail()));
            model.forgetFrom(created.partition(0).id());
            for (Partition partition : created.partitions()) {
                model.begin(partition);
                settlers.forget(partition.id());
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
        if (!broker.hasRoomForSubscription()) {
            return;
        }
        Subscription created = broker.createOrUpdate(name, SubscriptionSettings.STANDARD);
        if (created != null) {
            cursors.put(created.number(), new HashMap<>());
            answerLater.accept(subscriptions.get(name).add(created.number(), broker.tail()));
        }
    }

    private void commit(Broker broker, Partition partition, Consumer<Model.Event> answerLater) {
        Subscription subscription = broker.subscription("subscription" + entropy.below(NAMES));
        if (subscription == null) {
            return;
        }
        long end = broker.end(partition);
        long offset = end == 0 ? 0 : end - entropy.below((int) Math.min(end, 5));
        if (subscription.cursor(partition) == offset) {
            return;
        }
        boolean isEnough = broker.log().reserveLeft() >= RESERVE_ENOUGH;
        if (broker.commit(subscription, partition, offset)) {
            answerLater.accept(cursor(subscription, partition).add(offset, broker.tail()));
        } else {
            require(!isEnough || broker.log().poison() != null, "cursors go on from the reserve");
        }
    }

    private History<Long> cursor(Subscription subscription, Partition partition) {
        return cursors.computeIfAbsent(subscription.number(), s -> new HashMap<>())
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
            long next = waiter.partition.index.ceiling(waiter.offset); // dropped messages are none to be woken for
            require(next >= broker.end(waiter.partition), "who waits is woken");
        }
    }

    /** The broker is gone, and with it everybody who waited. */
    void disconnected() {
        waiting.clear();
    }

    /** A record has rotted that the next start may need: what is lost with it. */
    void rotted(Rot.Lost lost) {
        switch (lost.event()) {
            case Event.TopicChanged e -> {
                if (!lost.isSaidTwice(o -> o instanceof Event.TopicChanged same && same.name().equals(e.name())
                        && same.firstNew() == e.firstNew())) {
                    topics.get(e.name()).doubt(-1);
                }
                for (int i = 0; i < e.settings().partitions(); i++) { // cursors in front of where it is made again
                    int partition = e.firstNew() + i;
                    model.creationRotted(partition);
                    cursors.values().stream().filter(of -> of.containsKey(partition))
                            .forEach(of -> of.get(partition).doubt());
                }
            }
            case Event.TopicDeleted e -> {
                topics.get(e.name()).doubt();
                model.deletionRotted(e.name());
            }
            case Event.SubscriptionChanged e -> {
                if (!lost.isSaidTwice(o -> o instanceof Event.SubscriptionChanged same
                        && same.subscription() == e.subscription())) {
                    subscriptions.get(e.name()).doubt(-1);
                }
            }
            case Event.SubscriptionDeleted e -> {
                if (subscriptions.containsKey(e.name())) {
                    subscriptions.get(e.name()).doubt();
                }
            }
            case Event.CursorMoved e -> rotted(lost, e);
            case Event.Settled e -> settlers.rotted(e);
            case Event.Lent e -> borrowers.rotted(e);
            case Event.LentSettled e -> borrowers.rotted(e);
            case Event.WaitEnded e -> model.rotted(e.partition(), e.offset());
            case Event.GroupPrepared e -> settlers.rotted(e);
            case Event.GroupDecided e -> settlers.rotted(e);
            default -> { } // how often something was lent, asked or given back, and until when, promises nothing to anybody
        }
    }

    /** The last move of a cursor is undone, and no other. */
    private void rotted(Rot.Lost lost, Event.CursorMoved event) {
        Predicate<Event> same = o -> o instanceof Event.CursorMoved move && move.subscription() == event.subscription()
                && move.partition() == event.partition();
        History<Long> history = cursors.getOrDefault(event.subscription(), new HashMap<>()).get(event.partition());
        if (history == null || lost.behind().stream().anyMatch(same)) {
            return;
        }
        List<Event> before = lost.before().stream().filter(same).toList();
        if (before.isEmpty()) {
            history.doubt();
        } else {
            history.doubt(((Event.CursorMoved) before.getLast()).offset());
        }
    }

    Settlers settlers() {
        return settlers;
    }

    Borrowers borrowers() {
        return borrowers;
    }

    void reopened(Broker broker, Predicate<Model.Event> survives) {
        borrowers.reopened(survives);
        settlers.reopened(broker, survives);
        takenBack.stream().filter(told -> !survives.test(told)).forEach(told -> told.sending().takenBack = false);
        takenBack.clear();
        topics.forEach((name, history) -> {
            Topic topic = broker.topic(name);
            int found = topic == null ? -1 : topic.partition(0).id();
            require(history.allows(found, survives), "topics are as they were: " + name);
            require(found >= 0 || !history.doubts(found) || !model.holdsSome(name, history.last(), survives),
                    "a topic is made again of its messages: " + name);
            history.settle(found);
        });
        subscriptions.forEach((name, history) -> {
            Subscription subscription = broker.subscription(name);
            int found = subscription == null ? -1 : subscription.number();
            require(history.allows(found, survives), "subscriptions are as they were: " + name);
            history.settle(found);
        });
        for (Subscription subscription : broker.subscriptions()) {
            if (!subscriptions.containsKey(subscription.name())) {
                continue; // their cursors are where what is not settled begins
            }
            for (Topic topic : broker.topics()) {
                for (Partition partition : topic.partitions()) {
                    History<Long> history = cursor(subscription, partition);
                    long found = subscription.cursor(partition);
                    require(history.allows(found, survives), "cursors are as they were: " + subscription.name() + " of "
                            + partition.id() + ", found " + found + " for " + history.last());
                    history.settle(found);
                }
            }
        }
    }
}
