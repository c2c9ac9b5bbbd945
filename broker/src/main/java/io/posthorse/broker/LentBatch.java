package io.posthorse.broker;

import java.nio.ByteBuffer;

/**
 * A batch of messages that were lent in one partition. Reused; valid until the next use. Messages that may have to come
 * from the disk are lent only once they are resident.
 */
public final class LentBatch {
    final FetchResult fetch = new FetchResult();
    /** Messages that were never lent before, or have to be read from the disk. */
    final FetchResult more = FetchResult.ofPositions();

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

    /** Notes that the first messages have to be read from the disk. */
    void markMissing() {
        missing = true;
    }

    void movesOn(boolean does) {
        movedOn = does;
    }

    /** Returns whether the filter skipped messages and none was found yet: there may be more. */
    public boolean hasMovedOn() {
        return movedOn;
    }

    /**
     * Returns messages that would be lent if they were resident, null where there are none: the caller passes them to
     * {@link OldMessages#read} and tries again. Nothing was lent then.
     */
    public FetchResult missing() {
        return missing ? more : null;
    }

    /** Returns the messages, to be copied. */
    public FetchResult messages() {
        return fetch;
    }

    public int count() {
        return fetch.count;
    }

    public long offset(int i) {
        return fetch.offsets[i];
    }

    /** Returns the length of a message's native bytes. */
    public int length(int i) {
        return fetch.lengths[i];
    }

    /** Returns how often a message was lent, this time included. */
    public int deliveries(int i) {
        return deliveries[i];
    }
}
