package io.posthorse.broker;

import static io.posthorse.broker.Model.require;

import io.posthorse.testkit.SeededEntropy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Consumers of a subscription that lends: what they settled must not come again, all else must come until it is. */
final class Borrowers {
    static final String NAME = "lender";
    private static final SubscriptionSettings SETTINGS =
            SubscriptionSettings.ofOffsets(true, true, true, false, 1, 1_000_000, true, new TreeMap<>());

    private final SeededEntropy entropy;
    private final PassedTime time;
    private final LentBatch lent = new LentBatch();
    /** By partition and offset. */
    private final Map<Integer, TreeMap<Long, Loan>> loans = new HashMap<>();

    private final List<Settlement> settlements = new ArrayList<>();
    private long receipts = 1;

    /** A message that was lent. */
    private static final class Loan {
        long receipt;
        /** Somebody asked to have it settled; whether that survived is not certain unless it was acknowledged. */
        boolean asked;

        boolean settled;
        /** Whether the record is gone by which it was lent. */
        boolean forgotten;
        /** Before then nobody else gets it; null where that is not certain. */
        WorldTime.Due until;
    }

    /** The answer that a message was settled. */
    private static final class Settlement implements Model.Event {
        private final long end;
        private final Loan loan;
        private boolean acknowledged;

        Settlement(long end, Loan loan) {
            this.end = end;
            this.loan = loan;
        }

        @Override
        public long end() {
            return end;
        }

        @Override
        public boolean isAcknowledged() {
            return acknowledged;
        }

        @Override
        public void acknowledge() {
            acknowledged = true;
            loan.settled = true;
        }
    }

    Borrowers(SeededEntropy entropy, PassedTime time) {
        this.entropy = entropy;
        this.time = time;
    }

    /** Borrows, settles, or changes the time of something. */
    void act(Broker broker, Partition partition, Consumer<Model.Event> answerLater) {
        Subscription subscription = subscription(broker);
        if (subscription == null) {
            return;
        }
        TreeMap<Long, Loan> of = loans.computeIfAbsent(partition.id(), p -> new TreeMap<>());
        if (of.isEmpty() || entropy.percent(40)) {
            borrow(broker, subscription, partition, 1 + entropy.below(8), entropy.below(3_000));
            return;
        }
        long offset = of.firstKey() + entropy.below((int) (of.lastKey() - of.firstKey()) + 1);
        Loan loan = of.get(offset);
        if (loan == null) {
            return;
        }
        if (entropy.percent(20)) {
            long next = receipts++;
            long leaseMs = entropy.below(2_000);
            if (broker.leases().change(subscription, partition, offset, loan.receipt, leaseMs,
                    next) == CommandOutcome.DONE) {
                loan.receipt = next;
                loan.until = time.in(leaseMs);
            }
        } else if (broker.leases().settle(subscription, partition, offset, loan.receipt) == CommandOutcome.DONE
                && !loan.settled) { // what is settled may be settled again, and that changes nothing
            loan.asked = true;
            Settlement settlement = new Settlement(broker.tail(), loan);
            settlements.add(settlement);
            answerLater.accept(settlement);
        }
    }

    private static Subscription subscription(Broker broker) {
        Subscription subscription = broker.subscription(NAME);
        return subscription != null ? subscription : broker.createOrUpdate(NAME, SETTINGS);
    }

    private int borrow(Broker broker, Subscription subscription, Partition partition, int most, long leaseMs) {
        TreeMap<Long, Loan> of = loans.computeIfAbsent(partition.id(), p -> new TreeMap<>());
        long receipt = receipts++;
        Leases.Request request = new Leases.Request(
                subscription, partition, most, 1 << 20, leaseMs, receipt, false, TagFilter.ALL, (s, p, o, d) -> false);
        boolean done = broker.leases().lend(request, lent);
        while (done && lent.missing() != null) { // old ones, which are read first
            new OldMessages(broker, new ImmediateBackground()).read(lent.missing(), new RetriedRequest());
            done = broker.leases().lend(request, lent);
        }
        if (!done) {
            return 0;
        }
        for (int i = 0; i < lent.count(); i++) {
            Loan loan = of.computeIfAbsent(lent.offset(i), o -> new Loan());
            String where = partition.id() + ":" + lent.offset(i);
            require(!loan.settled, "what was settled is not lent again: " + where);
            require(loan.until == null || time.isOver(loan.until), "what is lent is lent to nobody else: " + where);
            loan.receipt = receipt;
            loan.until = time.in(leaseMs);
        }
        return lent.count();
    }

    /** The record is gone by which messages were settled: they may come again. */
    void rotted(Event.LentSettled event) {
        for (long offset : event.offsets()) {
            Loan loan = loans.getOrDefault(event.partition(), new TreeMap<>()).get(offset);
            if (loan != null) {
                loan.settled = false;
            }
        }
    }

    /** The record is gone by which messages were lent: they may come again, or not where later ones were lent since. */
    void rotted(Event.Lent event) {
        for (long offset : event.offsets()) {
            TreeMap<Long, Loan> of = loans.getOrDefault(event.partition(), new TreeMap<>());
            Loan loan = of.computeIfAbsent(offset, o -> new Loan());
            loan.forgotten = true;
            loan.settled = false;
        }
    }

    void reopened(Predicate<Model.Event> survives) {
        settlements.stream().filter(s -> !survives.test(s)).forEach(s -> s.loan.settled = false);
        settlements.clear();
        loans.values().forEach(of -> of.values().forEach(loan -> loan.until = null));
    }

    /** Everything is borrowed and settled in the end; nothing is left out, and nothing comes twice. */
    void settleAll(Shard shard, Model model) {
        Broker broker = shard.turn();
        Subscription subscription = subscription(broker);
        for (Topic topic : broker.topics()) {
            for (Partition partition : topic.partitions()) {
                if (topic.isInternal() || !loans.containsKey(partition.id())) {
                    continue;
                }
                while (borrow(broker, subscription, partition, 64, 3_600_000) > 0) {
                    for (int i = 0; i < lent.count(); i++) {
                        long offset = lent.offset(i);
                        Loan loan = loans.get(partition.id()).get(offset);
                        CommandOutcome outcome = broker.leases().settle(subscription, partition, offset, loan.receipt);
                        require(outcome == CommandOutcome.DONE, "what is lent can be settled");
                        loan.settled = true;
                    }
                }
            }
        }
    }

    /** Called when nothing is lent any more. */
    void requireAllSettled(Broker broker, Model model) {
        Subscription subscription = broker.subscription(NAME);
        for (Topic topic : broker.topics()) {
            for (Partition partition : topic.partitions()) {
                TreeMap<Long, Loan> of = loans.get(partition.id());
                if (topic.isInternal() || of == null || subscription == null) {
                    continue;
                }
                require(broker.leases().open(subscription, partition) == 0, "nothing is lent for ever");
                model.place(partition).byOffset.forEach((offset, stored) -> {
                    boolean there = stored.seen && !stored.rotten && !stored.expired
                            && !Model.isDropped(broker, stored);
                    Loan loan = of.get(offset);
                    boolean done = loan != null && (loan.settled || loan.asked || loan.forgotten);
                    require(!there || done, "everything is lent: " + partition.id() + ":" + offset);
                });
            }
        }
    }
}
