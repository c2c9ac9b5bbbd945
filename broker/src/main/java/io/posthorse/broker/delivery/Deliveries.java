package io.posthorse.broker.delivery;

import io.posthorse.broker.Broker;
import io.posthorse.broker.FetchResult;
import io.posthorse.broker.Partition;
import io.posthorse.broker.Shard;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.Topic;
import io.posthorse.platform.Background;
import io.posthorse.platform.Timers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** All feeds of one broker, and their pumps. Used on the owner's thread only. */
public final class Deliveries {
    private static final long LATER_MS = 500;
    /** Maximum work of the pumps in one task; the owner has other tasks. */
    private static final int WORK_MAX = 4_000;

    private final Shard shard;
    private final Executor owner;
    private final Timers timers;
    private final PumpBudget work = new PumpBudget();
    /** Positions of the messages being examined. */
    private final FetchResult places = FetchResult.ofPositions();
    private final Distribution distribution;
    private final ColdReads cold;
    private final Map<Key, Feed> shared = new HashMap<>();
    /** Number of attached consumers, by topic and by the name of a subscription. */
    private final Map<Object, Integer> attached = new HashMap<>();

    private List<Pump> dirty = new ArrayList<>();
    private boolean scheduled;
    private Consumer<RuntimeException> onFailure = cause -> { };

    private record Key(Topic topic, Subscription subscription) {}

    /** @param reader thread that reads messages that may have to come from the disk */
    public Deliveries(Shard shard, Executor owner, Timers timers, Background reader) {
        this.shard = shard;
        this.owner = owner;
        this.timers = timers;
        this.distribution = new Distribution(this);
        this.cold = new ColdReads(this, reader);
        broker().originals().onRepaired(() -> shared.values().forEach(Feed::repaired));
    }

    Broker broker() {
        return shard.broker();
    }

    Distribution distribution() {
        return distribution;
    }

    PumpBudget work() {
        return work;
    }

    FetchResult places() {
        return places;
    }

    ColdReads cold() {
        return cold;
    }

    /** Sets the listener for unexpected failures: messages that could not be handed out, consumers that failed. */
    public void onFailure(Consumer<RuntimeException> listener) {
        onFailure = listener;
    }

    /**
     * Returns the feed of a subscription to a topic, which all of its consumers share. To be called in an open turn.
     *
     * @param settlesUnwanted whether messages that a consumer's selector does not match count as settled: no other consumer
     *     is to have them
     */
    public Feed feed(Topic topic, Subscription subscription, UndeliverableHandler undeliverable, boolean settlesUnwanted) {
        return shared.computeIfAbsent(
                new Key(topic, subscription),
                k -> new Feed(this, topic, subscription, undeliverable, settlesUnwanted));
    }

    /** Returns the feed if it exists; otherwise null. */
    public Feed known(Topic topic, Subscription subscription) {
        return shared.get(new Key(topic, subscription));
    }

    /** Returns whether a consumer is attached to any feed of the topic. */
    public boolean hasConsumers(Topic topic) {
        return attached.containsKey(topic);
    }

    /** Returns whether a consumer is attached to any feed of a subscription of that name. */
    public boolean hasConsumers(String subscription) {
        return attached.containsKey(subscription);
    }

    /** Notes that a consumer was attached to a feed, or detached. */
    void count(Feed feed, int change) {
        count((Object) feed.topic(), change);
        count(feed.subscription().name(), change);
    }

    private void count(Object what, int change) {
        attached.merge(what, change, (before, more) -> before + more == 0 ? null : Integer.valueOf(before + more));
    }

    /** Creates a consumer that reads messages without taking them. */
    public BrowsingConsumer browse(Topic topic, Subscription subscription, Selector selector,
            BrowsingConsumer.Reader reader) {
        return new BrowsingConsumer(this, topic, subscription, selector, reader);
    }

    /**
     * Creates a sweep for expired messages of subscriptions without consumers.
     *
     * @param all supplier of all subscriptions to sweep, for each round
     */
    public ExpirySweep sweep(Supplier<Iterator<Subscription>> all, ExpirySweep.Feeds feeds) {
        return new ExpirySweep(this, all, feeds);
    }

    /** Sets the begin of a transient subscription: behind all visible messages. */
    public void beginAtEnd(Topic topic, Subscription subscription) {
        for (Partition partition : topic.partitions()) {
            broker().settlements().begin(subscription, partition, broker().end(partition));
        }
    }

    /** Forgets a feed without consumers, once no message is held. */
    void leave(Feed feed) {
        if (!feed.hasReserved() && feed.held() == 0) {
            shared.remove(new Key(feed.topic(), feed.subscription()), feed);
        }
    }

    // ---- failures

    /** Reports a message that is not handed out until the next start, since it is unreadable in its format. */
    void withheld(Partition partition, long offset, Throwable cause) {
        onFailure.accept(new IllegalStateException("The message at offset " + offset + " of queue " + partition.number()
                + " of the topic " + partition.topic().name() + " cannot be handed out, and is skipped until the next"
                + " start: " + cause, cause));
    }

    void failed(Throwable cause) {
        onFailure.accept(cause instanceof RuntimeException known
                ? known
                : new IllegalStateException("Messages could not be handed out: " + cause, cause));
    }

    // ---- turns

    void wake(Pump pumped) {
        if (!pumped.isListed) {
            pumped.isListed = true;
            dirty.add(pumped);
        }
        schedule();
    }

    private void schedule() {
        if (scheduled) {
            return;
        }
        try {
            owner.execute(this::pump);
            scheduled = true;
        } catch (RuntimeException e) { // the caller has other things to do
            failed(e);
            later(this::schedule);
        }
    }

    void wakeLater(Pump pumped) {
        later(() -> wake(pumped));
    }

    void later(Runnable action) {
        timers.after(LATER_MS, action);
    }

    private void pump() {
        scheduled = false;
        shard.turn();
        List<Pump> now = dirty;
        dirty = new ArrayList<>();
        int done = 0;
        int spent = 0;
        try {
            while (done < now.size() && spent < WORK_MAX) {
                pump(now.get(done++));
                spent += 1 + work.total();
            }
        } finally {
            if (done < now.size()) { // the others are next
                dirty.addAll(0, now.subList(done, now.size()));
                schedule();
            }
        }
    }

    private void pump(Pump pumped) {
        pumped.isListed = false;
        work.begin();
        try {
            if (pumped.pump()) {
                wake(pumped);
            }
        } catch (RuntimeException | StackOverflowError | LinkageError | InternalError e) {
            failed(e); // the others go on, and it is tried again
            wakeLater(pumped);
        }
    }

    /** Pumps one that has waited, in a turn of its own. */
    void pumpNow(Pump pumped) {
        shard.turn();
        boolean wasListed = pumped.isListed;
        pump(pumped);
        pumped.isListed |= wasListed;
    }
}
