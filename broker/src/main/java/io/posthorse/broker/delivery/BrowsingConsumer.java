package io.posthorse.broker.delivery;

import io.posthorse.broker.Broker;
import io.posthorse.broker.FetchResult;
import io.posthorse.broker.Partition;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.TagFilter;
import io.posthorse.broker.Topic;

/**
 * A consumer that shows a reader the messages that a subscription has not settled, held or not, and takes none. It shows
 * those that existed when it began.
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

    /** A reader of the messages. Called on the owner's thread. */
    public interface Reader {
        /** Returns whether it takes one more message now; if not, it wakes the browsing consumer once it does. */
        boolean takes();

        /**
         * Shows a message, whose record is at the position. Returns false where it does not take it now, see
         * {@link #takes}.
         */
        boolean show(Partition partition, long offset, long position);

        /** Notes that there are no more messages. */
        void end();

        /** Notes that all messages available now were shown. */
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

    /** Notes that the reader takes more. */
    public void wake() {
        if (!ended) {
            deliveries.wake(this);
        }
    }

    /** Stops browsing. */
    public void stop() {
        ended = true;
    }

    @Override
    boolean pump() {
        PumpBudget work = deliveries.work();
        while (!ended && !isReading && work.mayContinue() && takes()) {
            if (topic.isDeleted() || number >= ends.length) {
                ended = true;
                tell(reader::end);
            } else {
                look(topic.partition(number));
            }
        }
        tell(reader::flush);
        return !ended && !isReading && !work.mayContinue();
    }

    @Override
    void arrived() {
        // the pump continues where it was
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
                if (!broker.originals().isResident(fetch.position(i))) {
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
            deliveries.withheld(partition, offset, e);
        }
        return true;
    }

    private boolean wants(long position) {
        return selector == null ? deliveries.broker().originals().at(position) != null : selector.matches(position);
    }
}
