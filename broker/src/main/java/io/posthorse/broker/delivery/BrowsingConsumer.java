package io.posthorse.broker.delivery;

import io.posthorse.broker.Broker;
import io.posthorse.broker.FetchResult;
import io.posthorse.broker.Partition;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.TagFilter;
import io.posthorse.broker.Topic;

/**
 * Looks at the messages that a subscription has not settled, in consumers' hands or not, and takes none. Shows those that
 * were there when it began.
 */
public final class BrowsingConsumer extends Pump {
    private static final int COUNT_MAX = 64;
    private static final int FETCH_BYTES = 1 << 20;

    private final Deliveries deliveries;
    private final Topic topic;
    private final Subscription subscription;
    private final Selector selector;
    private final Reader reader;
    private final long[] ends;
    private int number;
    private long at;
    private boolean ended;

    /** Who looks. Called on the owner's thread. */
    public interface Reader {
        /** Whether it takes one more message now; who did not wakes the browse when it does. */
        boolean takes();

        /** Shown a message; its record stands at the position. False where it does not take it now, see {@link #takes}. */
        boolean show(Partition partition, long offset, long position);

        /** There is nothing more. */
        void end();

        /** Everything for now has been shown. */
        void flush();
    }

    BrowsingConsumer(Deliveries deliveries, Topic topic, Subscription subscription, Selector selector, Reader reader) {
        this.deliveries = deliveries;
        this.topic = topic;
        this.subscription = subscription;
        this.selector = selector;
        this.reader = reader;
        this.ends = topic.partitions().stream().mapToLong(deliveries.broker()::end).toArray();
        wake();
    }

    /** The reader takes more. */
    public void wake() {
        if (!ended) {
            deliveries.wake(this);
        }
    }

    /** Nobody looks any more. */
    public void stop() {
        ended = true;
    }

    @Override
    boolean pump() {
        PumpBudget work = deliveries.work();
        while (!ended && !isReading && work.mayGoOn() && takes()) {
            if (topic.isDeleted() || number >= ends.length) {
                ended = true;
                tell(reader::end);
            } else {
                look(topic.partition(number));
            }
        }
        tell(reader::flush);
        return !ended && !isReading && !work.mayGoOn();
    }

    @Override
    void arrived() {
        // it is pumped, and goes on where it was
    }

    private void tell(Runnable what) {
        try {
            what.run();
        } catch (RuntimeException | StackOverflowError | LinkageError | InternalError e) {
            deliveries.failed(e);
        }
    }

    private boolean takes() {
        try {
            return reader.takes();
        } catch (RuntimeException | StackOverflowError | LinkageError | InternalError e) {
            deliveries.failed(e);
            deliveries.wakeLater(this);
            return false;
        }
    }

    private void look(Partition partition) {
        Broker broker = deliveries.broker();
        long from = broker.settlements().nextUnsettled(subscription, partition, Math.max(at, broker.begin(partition)));
        if (from >= ends[number]) {
            number++;
            at = 0;
            return;
        }
        FetchResult fetch = deliveries.places();
        broker.fetch(partition, from, COUNT_MAX, FETCH_BYTES, TagFilter.ALL, fetch);
        deliveries.work().visited();
        at = Math.max(from + 1, fetch.next());
        for (int i = 0; i < fetch.count(); i++) {
            long offset = fetch.offset(i);
            if (isWaiting(partition, offset)) {
                if (!broker.originals().isAtHand(fetch.position(i))) {
                    at = offset;
                    if (at == from) {
                        deliveries.cold().ask(this, fetch, other -> isWaiting(partition, other));
                    }
                    return;
                }
                if (!takes() || !show(partition, offset, fetch.position(i), fetch.length(i))) {
                    at = offset;
                    return;
                }
            }
        }
    }

    private boolean isWaiting(Partition partition, long offset) {
        return offset < ends[number] && !deliveries.broker().settlements().isSettled(subscription, partition, offset);
    }

    private boolean show(Partition partition, long offset, long position, int length) {
        deliveries.work().looked(selector, length);
        try {
            if (wants(position)) {
                deliveries.work().handed(length);
                return reader.show(partition, offset, position);
            }
        } catch (RuntimeException | StackOverflowError | LinkageError | InternalError e) { // the others are shown
            deliveries.passedOver(partition, offset, e);
        }
        return true;
    }

    private boolean wants(long position) {
        return selector == null ? deliveries.broker().originals().at(position) != null : selector.matches(position);
    }
}
