package io.posthorse.broker.delivery;

import io.posthorse.broker.Broker;
import io.posthorse.broker.FetchResult;
import io.posthorse.broker.MessageTraits;
import io.posthorse.broker.Partition;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.TagFilter;
import io.posthorse.broker.Topic;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;

/**
 * The sweep for expired messages of subscriptions without consumers: it examines the first unsettled ones of a bounded
 * number of subscriptions per round, and continues with the others in the next round.
 */
public final class ExpirySweep extends Pump {
    /** Messages of one partition to examine: those behind them move up. */
    static final int OF_PARTITION_MAX = 400;

    private static final int COUNT_MAX = 64;
    private static final int FETCH_BYTES = 1 << 20;

    private final Deliveries deliveries;
    private final Supplier<Iterator<Subscription>> all;
    private final Feeds feeds;
    private Iterator<Subscription> subscriptions = Collections.emptyIterator();
    private Iterator<Partition> partitions = Collections.emptyIterator();
    private Subscription subscription;
    /** The partition being examined; null between two of them. */
    private Partition partition;
    private long at;
    private int seen;
    /** Offset last requested from the disk: a message that is not delivered is skipped for this round. */
    private long asked;
    /** Work left in this round. */
    private int left;

    /** The choice of what is swept. */
    public interface Feeds {
        /** Returns the feed of a subscription to a topic; null where nothing expires there. */
        Feed of(Subscription subscription, Topic topic);

        /** Returns the selector of a subscription, independent of its consumers; null for all messages. */
        Selector wanted(Subscription subscription);
    }

    ExpirySweep(Deliveries deliveries, Supplier<Iterator<Subscription>> all, Feeds feeds) {
        this.deliveries = deliveries;
        this.all = all;
        this.feeds = feeds;
    }

    /** Begins a round that examines at most {@code most} messages and subscriptions. */
    public void begin(int most) {
        if (partition == null && !subscriptions.hasNext() && !partitions.hasNext()) {
            subscriptions = all.get();
        }
        left = most;
        deliveries.wake(this);
    }

    @Override
    boolean pump() {
        PumpBudget work = deliveries.work();
        while (left > 0 && !isReading && work.mayContinue()) {
            left--;
            work.visited();
            if (partition != null) {
                look();
            } else if (partitions.hasNext()) {
                open(partitions.next());
            } else if (subscriptions.hasNext()) {
                subscription = subscriptions.next();
                partitions = subscription.isDeleted() ? Collections.emptyIterator() : subscription.partitions().iterator();
            } else {
                left = 0;
            }
        }
        return left > 0 && !isReading;
    }

    @Override
    void arrived() {
        // the pump continues where it was
    }

    private void open(Partition next) {
        if (!isGone(next) && deliveries.broker().settlements().waiting(subscription, next) > 0) {
            partition = next;
            at = 0;
            seen = 0;
            asked = -1;
        }
    }

    private boolean isGone(Partition one) {
        return one.topic().isDeleted() || subscription.isDeleted();
    }

    /** Examines some messages, with the present feed: consumers come and go between two calls. */
    private void look() {
        Feed feed = isGone(partition) || seen >= OF_PARTITION_MAX ? null : feeds.of(subscription, partition.topic());
        if (feed == null || partition.number() >= feed.lanes().size()
                || !look(feed, feed.lanes().get(partition.number()))) {
            partition = null;
        }
        if (feed != null && feed.attached() == 0) {
            deliveries.leave(feed);
        }
    }

    /** Examines messages; returns false where none is left. */
    private boolean look(Feed feed, FeedPartition lane) {
        Broker broker = deliveries.broker();
        long from = broker.settlements().nextUnsettled(subscription, partition, Math.max(at, broker.begin(partition)));
        if (from >= broker.end(partition)) {
            return false;
        }
        FetchResult fetch = deliveries.places();
        broker.fetch(partition, from, COUNT_MAX, FETCH_BYTES, TagFilter.ALL, fetch);
        at = Math.max(from + 1, fetch.next());
        for (int i = 0; i < fetch.count(); i++) {
            long offset = fetch.offset(i);
            seen++;
            if (feed.isFree(lane, offset)) {
                if (!broker.originals().isResident(fetch.position(i))) {
                    at = offset == asked ? offset + 1 : offset;
                    if (at == from) {
                        asked = from;
                        deliveries.cold().ask(this, fetch, other -> feed.isFree(lane, other));
                    }
                    return true;
                }
                left--;
                deliveries.work().looked(null, 0);
                expire(feed, offset, fetch.position(i));
            }
        }
        return true;
    }

    private void expire(Feed feed, long offset, long position) {
        try {
            MessageTraits traits = deliveries.broker().originals().traitsAt(position);
            if (traits == null || !traits.isExpired(deliveries.broker().wallNow())) {
                return;
            }
            Selector wanted = feeds.wanted(subscription);
            deliveries.work().handed(0);
            feed.departed();
            if (wanted == null || wanted.matches(position)) {
                feed.undeliverable().expired(feed, partition, offset, position, traits);
            } else { // it never belonged to the subscription
                feed.settlements().settle(subscription, partition, List.of(offset));
            }
        } catch (RuntimeException | StackOverflowError | LinkageError | InternalError e) { // the others go on
            deliveries.failed(e);
        }
    }
}
