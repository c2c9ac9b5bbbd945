package io.posthorse.broker.delivery;

import io.posthorse.broker.Broker;
import io.posthorse.broker.Partition;
import io.posthorse.broker.Shard;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.Topic;
import io.posthorse.platform.Timers;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** All feeds of one broker, and their turns. Used on the owner's thread only. */
public final class Deliveries {
    private static final long LATER_MS = 500;

    private final Shard shard;
    private final Executor owner;
    private final Timers timers;
    private final Map<Key, Feed> shared = new HashMap<>();
    private List<Pumped> dirty = new ArrayList<>();
    private boolean scheduled;
    private Consumer<RuntimeException> onFailure = cause -> { };

    private record Key(Topic topic, Subscription subscription) {}

    /** What has work to do from time to time. */
    abstract static class Pumped {
        private boolean isListed;

        /** Does a bounded part of it, in an open turn; whether there is more to do at once. */
        abstract boolean pump();
    }

    public Deliveries(Shard shard, Executor owner, Timers timers) {
        this.shard = shard;
        this.owner = owner;
        this.timers = timers;
    }

    Broker broker() {
        return shard.broker();
    }

    /** Has told of messages that could not be handed out. */
    public void onFailure(Consumer<RuntimeException> listener) {
        onFailure = listener;
    }

    /**
     * The feed of a subscription to a topic, which all of its consumers share. In an open turn.
     *
     * @param settlesUnwanted whether what a consumer's selector passes over counts as settled: no other one is to have it
     */
    public Feed feed(Topic topic, Subscription subscription, Undeliverable undeliverable, boolean settlesUnwanted) {
        return shared.computeIfAbsent(
                new Key(topic, subscription),
                k -> new Feed(this, topic, subscription, undeliverable, settlesUnwanted));
    }

    /** The same where there is one already; otherwise null. */
    public Feed known(Topic topic, Subscription subscription) {
        return shared.get(new Key(topic, subscription));
    }

    public Collection<Feed> feeds() {
        return Collections.unmodifiableCollection(shared.values());
    }

    /** Looks at messages without taking them. */
    public Browse browse(Topic topic, Subscription subscription, Selector selector, Browse.Reader reader) {
        return new Browse(this, topic, subscription, selector, reader);
    }

    /** Where a transient subscription begins: behind everything visible. */
    public void beginAtEnd(Topic topic, Subscription subscription) {
        for (Partition partition : topic.partitions()) {
            broker().settlements().begin(subscription, partition, broker().end(partition));
        }
    }

    /** A feed has no consumers any more: it is forgotten once nothing is in anybody's hands. */
    void leave(Feed feed) {
        if (!feed.hasReserved() && feed.held() == 0) {
            shared.remove(new Key(feed.topic(), feed.subscription()), feed);
        }
    }

    /** A message is handed to nobody until the next start, since it cannot be read as its format asks for. */
    void passedOver(Partition partition, long offset, RuntimeException cause) {
        onFailure.accept(new IllegalStateException("The message at offset " + offset + " of queue " + partition.number()
                + " of the topic " + partition.topic().name() + " cannot be handed out, and is passed over until the next"
                + " start: " + cause, cause));
    }

    void wake(Pumped pumped) {
        if (!pumped.isListed) {
            pumped.isListed = true;
            dirty.add(pumped);
        }
        if (!scheduled) {
            scheduled = true;
            owner.execute(this::pump);
        }
    }

    void wakeLater(Pumped pumped) {
        timers.after(LATER_MS, () -> wake(pumped));
    }

    private void pump() {
        scheduled = false;
        shard.turn();
        List<Pumped> now = dirty;
        dirty = new ArrayList<>();
        for (Pumped pumped : now) {
            pumped.isListed = false;
            try {
                if (pumped.pump()) {
                    wake(pumped);
                }
            } catch (RuntimeException e) { // the others go on, and it is tried again
                onFailure.accept(e);
                wakeLater(pumped);
            }
        }
    }
}
