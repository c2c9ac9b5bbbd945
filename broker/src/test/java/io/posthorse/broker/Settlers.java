package io.posthorse.broker;

import static io.posthorse.broker.Model.require;

import io.posthorse.testkit.SeededEntropy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Consumers of a subscription whose messages are settled one by one, alone or together with messages that are published:
 * what was settled stays settled, and of what belongs together all has happened or nothing.
 */
final class Settlers {
    static final String NAME = "settler";
    private static final SubscriptionSettings SETTINGS = SubscriptionSettings.settled(null);
    private static final int UNDECIDED_MAX = 5;

    private final SeededEntropy entropy;
    private final Model model;
    private final Failures failures;
    /** By partition and offset. */
    private final Map<Integer, TreeMap<Long, History<Boolean>>> settled = new HashMap<>();
    /** By the id of a prepared group: whether it waits for a decision. No id is used twice. */
    private final Map<String, History<Boolean>> prepared = new TreeMap<>();

    /** What each of these groups is to do. */
    private final Map<String, Plan> plans = new TreeMap<>();

    /** Groups whose record has rotted. */
    private final Set<String> rotten = new HashSet<>();

    /** Groups whose decision has rotted: whoever decides again repeats what may have happened before. */
    private final Set<String> repeated = new HashSet<>();

    private int lastId;
    private final List<Together> together = new ArrayList<>();
    private int batches = -1;

    /** What a group is to do. */
    private record Plan(Partition from, List<Long> offsets, Partition to, List<Sending> sendings) {}

    /** What is not settled is there, however old it is: whoever is the one that settles it may ask for it. */
    void requireKept(Broker broker) {
        Subscription subscription = broker.subscription(NAME);
        if (subscription == null) {
            return;
        }
        for (Partition partition : subscription.partitions()) {
            if (partition.topic().isDeleted() || subscription.cursor(partition) < 0) {
                continue;
            }
            model.place(partition).byOffset.forEach((offset, stored) -> {
                boolean waits = stored.acknowledged && !stored.rotten && !stored.lost && !stored.expired
                        && !broker.settlements().isSettled(subscription, partition, offset);
                require(!waits || broker.positionOf(partition, offset) >= 0,
                        "what is not settled is kept: " + partition.id() + ":" + offset);
            });
        }
    }

    /** What has happened together. */
    private record Together(Partition from, long settled, Partition to, long stored, long messageId) {}

    Settlers(SeededEntropy entropy, Model model, Failures failures) {
        this.failures = failures;
        this.entropy = entropy;
        this.model = model;
    }

    void act(Broker broker, Partition from, Partition to, Consumer<Model.Event> answerLater) {
        Subscription subscription = broker.subscription(NAME);
        subscription = subscription != null ? subscription : broker.createOrUpdate(NAME, SETTINGS);
        if (subscription == null) {
            return;
        }
        if (subscription.cursor(from) < 0) {
            model.expire(broker); // what is gone by now was promised to nobody
        }
        if (!broker.settlements().begin(subscription, from, 0)) {
            return;
        }
        int choice = entropy.below(100);
        if (choice < 40) {
            settle(broker, subscription, from, answerLater);
        } else if (choice < 50) {
            giveBack(broker, subscription, from);
        } else if (choice < 75) {
            Plan plan = plan(broker, subscription, from, to);
            commit(broker, subscription, plan, group(broker, subscription, plan), answerLater);
        } else {
            decide(broker, subscription, from, to, answerLater);
        }
    }

    private List<Long> some(Broker broker, Subscription subscription, Partition partition, int most) {
        TreeSet<Long> found = new TreeSet<>();
        long at = broker.settlements().nextUnsettled(subscription, partition, broker.begin(partition));
        for (int i = 0; i < 30 && found.size() < most; i++) {
            at = partition.index.ceiling(at);
            if (at >= broker.end(partition)) {
                break;
            }
            if (!broker.settlements().isSettled(subscription, partition, at) && !isClaimed(broker, partition, at)
                    && entropy.percent(50)) {
                found.add(at);
            }
            at++;
        }
        return List.copyOf(found);
    }

    /** Whether a prepared group settles it, maybe: nobody else is handed such a message. */
    private boolean isClaimed(Broker broker, Partition partition, long offset) {
        return broker.preparedGroups().ids().stream().map(plans::get)
                .anyMatch(p -> p.from.id() == partition.id() && p.offsets.contains(offset));
    }

    private void settle(
            Broker broker, Subscription subscription, Partition partition, Consumer<Model.Event> answerLater) {
        if (entropy.percent(10)) {
            broker.settlements().trim(subscription, partition);
        }
        List<Long> offsets = some(broker, subscription, partition, 8);
        if (!offsets.isEmpty() && broker.settlements().settle(subscription, partition, offsets)) {
            offsets.forEach(offset -> answerLater.accept(note(broker, partition, offset)));
        }
    }

    private Model.Event note(Broker broker, Partition partition, long offset) {
        return history(partition, offset).add(true, broker.tail());
    }

    private History<Boolean> history(Partition partition, long offset) {
        return settled.computeIfAbsent(partition.id(), p -> new TreeMap<>())
                .computeIfAbsent(offset, o -> new History<>(false));
    }

    private void giveBack(Broker broker, Subscription subscription, Partition partition) {
        for (long offset : some(broker, subscription, partition, 1)) {
            int times = broker.settlements().deliveries(subscription, partition, offset) + 1;
            if (broker.settlements().returned(subscription, partition, offset, times)) {
                require(broker.settlements().deliveries(subscription, partition, offset) == times, "what came back counts");
            }
        }
    }

    private Plan plan(Broker broker, Subscription subscription, Partition from, Partition to) {
        List<Sending> sendings = new ArrayList<>();
        for (int left = entropy.below(4); left > 0; left--) {
            sendings.add(model.send(to, entropy.below(400), Model.Wait.NOTHING, 0));
        }
        return new Plan(from, some(broker, subscription, from, 4), to, sendings);
    }

    private AtomicGroup group(Broker broker, Subscription subscription, Plan plan) {
        AtomicGroup group = broker.group();
        plan.offsets.forEach(offset -> group.settle(subscription, plan.from, offset));
        plan.sendings.forEach(s -> group.publish(
                plan.to, failures.message(new TestFormat.Sent(s.messageId, s.target, s.bodyLength))));
        return group;
    }

    private void commit(
            Broker broker, Subscription subscription, Plan plan, AtomicGroup group, Consumer<Model.Event> answerLater) {
        if (unlessItFails(broker, group::commit) == Admission.ADMITTED) {
            happened(broker, subscription, plan, true, answerLater);
        }
    }

    private Admission unlessItFails(Broker broker, Supplier<Admission> command) {
        long before = broker.decisions();
        try {
            return command.get();
        } catch (RuntimeException | StackOverflowError e) {
            failures.requirePlanned(e);
            require(broker.decisions() == before, "a group that fails does nothing");
            return Admission.FAILED;
        }
    }

    /** A group was committed: its messages stand one behind the other at the end of their partition. */
    private void happened(
            Broker broker, Subscription subscription, Plan made, boolean once, Consumer<Model.Event> answerLater) {
        Partition from = broker.state().partition(made.from.id()); // the plan may be an earlier run's
        Partition to = broker.state().partition(made.to.id());
        Plan plan = new Plan(from, made.offsets, to, made.sendings);
        boolean stores = to != null;
        boolean settles = from != null;
        int batch = plan.sendings.size() > 1 ? --batches : 0;
        long first = stores ? plan.to.index.next() - plan.sendings.size() : 0;
        for (int i = 0; stores && i < plan.sendings.size(); i++) {
            long position = broker.positionOf(plan.to, first + i);
            answerLater.accept(model.store(plan.to, first + i, plan.sendings.get(i), position, broker.tail(), batch));
        }
        for (int i = 0; settles && i < plan.offsets.size(); i++) {
            require(broker.settlements().isSettled(subscription, plan.from, plan.offsets.get(i)), "a commit settles");
            answerLater.accept(note(broker, plan.from, plan.offsets.get(i)));
        }
        if (once && stores && settles && !plan.offsets.isEmpty() && !plan.sendings.isEmpty()) {
            together.add(new Together(
                    plan.from, plan.offsets.getFirst(), plan.to, first, plan.sendings.getFirst().messageId));
        }
    }

    private void decide(
            Broker broker, Subscription subscription, Partition from, Partition to, Consumer<Model.Event> answerLater) {
        PreparedGroups groups = broker.preparedGroups();
        List<String> undecided = List.copyOf(groups.ids());
        int choice = entropy.below(UNDECIDED_MAX);
        if (choice >= undecided.size()) {
            prepare(broker, plan(broker, subscription, from, to), subscription, answerLater);
            return;
        }
        String id = undecided.get(choice);
        boolean commits = entropy.percent(60);
        Admission done = commits ? unlessItFails(broker, () -> groups.commit(id)) : groups.rollback(id);
        if (done == Admission.ADMITTED) {
            answerLater.accept(prepared.get(id).add(false, broker.tail()));
            if (commits) {
                happened(broker, subscription, plans.get(id), !repeated.contains(id), answerLater);
            }
        }
    }

    private void prepare(
            Broker broker, Plan plan, Subscription subscription, Consumer<Model.Event> answerLater) {
        String id = "xid" + ++lastId;
        AtomicGroup group = group(broker, subscription, plan);
        if (unlessItFails(broker, () -> broker.preparedGroups().prepare(id, group)) == Admission.ADMITTED) {
            plans.put(id, plan);
            prepared.put(id, new History<>(false));
            answerLater.accept(prepared.get(id).add(true, broker.tail()));
        }
    }

    /** Nobody waits for anything any more. */
    void leave(Broker broker) {
        Subscription subscription = broker.subscription(NAME);
        require(subscription == null || broker.delete(subscription), "a healthy disk is enough");
        broker.preparedGroups().ids().forEach(id -> require(
                broker.preparedGroups().rollback(id) == Admission.ADMITTED, "a healthy disk is enough"));
    }

    /** The record is gone by which messages were settled: they may come again. */
    void rotted(Event.Settled event) {
        TreeMap<Long, History<Boolean>> of = settled.getOrDefault(event.partition(), new TreeMap<>());
        long[] runs = event.runs();
        for (int i = 0; i < runs.length; i += 2) {
            of.subMap(runs[i], runs[i] + runs[i + 1]).values().forEach(history -> history.doubt(false));
        }
        together.clear();
    }

    /** What became of a prepared group is gone: it may wait again. */
    void rotted(Event.GroupDecided event) {
        prepared.get(event.id()).doubt(true);
        repeated.add(event.id());
    }

    /** What a prepared group is to do is gone: it is given up, now or once it is needed. */
    void rotted(Event.GroupPrepared event) {
        rotten.add(event.id());
    }

    /** A partition is new; one whose creation did not survive may have had its number. */
    void forget(int partition) {
        settled.remove(partition);
    }

    void reopened(Broker broker, Predicate<Model.Event> survives) {
        Subscription subscription = broker.subscription(NAME);
        prepared.forEach((id, history) -> {
            boolean found = broker.preparedGroups().ids().contains(id);
            require(rotten.contains(id) || history.allows(found, survives),
                    "prepared groups are as they were: " + id + " " + found);
            history.settle(found);
        });
        for (Topic topic : broker.topics()) {
            for (Partition partition : topic.partitions()) {
                TreeMap<Long, History<Boolean>> histories = settled.getOrDefault(partition.id(), new TreeMap<>());
                histories.forEach((offset, history) -> {
                    boolean found = subscription != null
                            && broker.settlements().isSettled(subscription, partition, offset);
                    Model.Stored stored = model.place(partition).byOffset.get(offset);
                    boolean expired = stored != null && stored.expired; // trimmed then, though its segment may be back
                    boolean trimmed = found && (expired || offset < broker.begin(partition));
                    require(trimmed || history.allows(found, survives),
                            "what was settled stays so: " + partition.id() + ":" + offset + " " + found);
                    history.settle(found);
                });
            }
        }
        for (Together one : together) {
            Partition from = broker.state().partition(one.from.id());
            Partition to = broker.state().partition(one.to.id());
            if (subscription == null || from == null || to == null || one.stored < broker.begin(to)
                    || one.settled < broker.begin(from)) {
                continue;
            }
            Model.Stored stored = model.place(to).byOffset.get(one.stored);
            if (stored == null || stored.sending.messageId != one.messageId || stored.rotten) {
                continue;
            }
            boolean isThere = broker.positionOf(to, one.stored) >= 0;
            boolean isSettled = broker.settlements().isSettled(subscription, from, one.settled);
            require(isThere == isSettled, "all or nothing: " + one + " " + isThere + " " + isSettled);
        }
        together.clear();
    }
}
