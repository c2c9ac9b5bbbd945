package io.posthorse.broker.delivery;

import io.posthorse.broker.Broker;
import io.posthorse.broker.Fetch;
import io.posthorse.broker.Partition;
import io.posthorse.broker.Settlements;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.TagFilter;
import io.posthorse.broker.Topic;

/**
 * Looks at the messages that a subscription has not settled, in consumers' hands or not, and takes none. Shows those that
 * were there when it began.
 */
public final class Browse extends Deliveries.Pumped {
    private static final int LOOKED_MAX = 2_000;
    private static final int FETCH_BYTES = 4 << 20;

    private final Deliveries deliveries;
    private final Topic topic;
    private final Subscription subscription;
    private final Selector selector;
    private final Reader reader;
    private final long[] ends;
    private final Fetch fetch = Fetch.ofPlaces();
    private int number;
    private long at;
    private boolean ended;

    /** Who looks. Called on the owner's thread. */
    public interface Reader {
        /** Whether it takes one more message now; who did not wakes the browse when it does. */
        boolean takes();

        /** A message; its record stands at the position. */
        void show(Partition partition, long offset, long position);

        /** There is nothing more. */
        void end();

        /** Everything for now has been shown. */
        void flush();
    }

    Browse(Deliveries deliveries, Topic topic, Subscription subscription, Selector selector, Reader reader) {
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
        int looked = 0;
        while (!ended && looked < LOOKED_MAX && reader.takes()) {
            if (topic.isDeleted() || number >= ends.length) {
                ended = true;
                reader.end();
            } else {
                looked += look(topic.partition(number));
            }
        }
        reader.flush();
        return !ended && looked >= LOOKED_MAX;
    }

    private int look(Partition partition) {
        Broker broker = deliveries.broker();
        Settlements settlements = broker.settlements();
        long from = settlements.nextUnsettled(subscription, partition, Math.max(at, broker.begin(partition)));
        if (from >= ends[number]) {
            number++;
            at = 0;
            return 0;
        }
        broker.fetch(partition, from, 64, FETCH_BYTES, TagFilter.ALL, fetch);
        for (int i = 0; i < fetch.count(); i++) {
            long offset = fetch.offset(i);
            if (!reader.takes()) {
                at = offset;
                return i;
            }
            if (offset < ends[number] && !settlements.isSettled(subscription, partition, offset)) {
                show(partition, offset, fetch.position(i));
            }
        }
        at = Math.max(from + 1, fetch.next());
        return Math.max(1, fetch.count());
    }

    private void show(Partition partition, long offset, long position) {
        try {
            if (wants(position)) {
                reader.show(partition, offset, position);
            }
        } catch (RuntimeException e) { // the others are shown
            deliveries.passedOver(partition, offset, e);
        }
    }

    private boolean wants(long position) {
        return selector == null ? deliveries.broker().originals().at(position) != null : selector.matches(position);
    }
}
