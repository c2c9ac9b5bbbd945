package io.posthorse.broker;

import java.nio.ByteBuffer;

/**
 * Messages that were lent in one partition. Reused; valid until the next use. What may have to come from the disk is not
 * lent before it is at hand.
 */
public final class LentBatch {
    final FetchResult fetch = new FetchResult();
    /** What was never lent before, or is to be read from the disk. */
    final FetchResult more = FetchResult.ofPlaces();

    private final int[] deliveries = new int[FetchResult.COUNT_MAX];
    private Broker broker;
    private boolean missing;
    private boolean movedOn;

    void clear(Partition partition, Broker of) {
        broker = of;
        missing = false;
        movedOn = false;
        fetch.clear();
        fetch.begin = of.begin(partition);
        fetch.end = of.end(partition);
        fetch.status = FetchResult.Status.NO_MATCH;
    }

    void add(long offset, long position, int length, int times) {
        deliveries[fetch.count] = times;
        fetch.add(broker.log(), offset, position, length);
        fetch.status = FetchResult.Status.FOUND;
    }

    void add(FetchResult found, int i) {
        deliveries[fetch.count] = 1;
        fetch.add(found, i);
        fetch.status = FetchResult.Status.FOUND;
    }

    void add(long offset, long position, ByteBuffer shown, int times) {
        deliveries[fetch.count] = times;
        fetch.add(offset, position, shown);
        fetch.status = FetchResult.Status.FOUND;
    }

    /** The first ones have to be read from the disk. */
    void misses() {
        missing = true;
    }

    void movesOn(boolean does) {
        movedOn = does;
    }

    /** Whether messages were passed over that the filter does not want, and none was found yet: there may be more. */
    public boolean hasMovedOn() {
        return movedOn;
    }

    /**
     * Messages that would be lent if they were at hand, null where there are none: {@link OldMessages#read} them, and try
     * again. Nothing was lent then.
     */
    public FetchResult missing() {
        return missing ? more : null;
    }

    /** The messages, to be copied. */
    public FetchResult messages() {
        return fetch;
    }

    public int count() {
        return fetch.count;
    }

    public long offset(int i) {
        return fetch.offsets[i];
    }

    /** Length of its native bytes. */
    public int length(int i) {
        return fetch.lengths[i];
    }

    /** How often it was lent, this time included. */
    public int deliveries(int i) {
        return deliveries[i];
    }
}
