package io.posthorse.broker;

/** Messages that were lent in one partition. Reused; valid until the next use. */
public final class Lent {
    final Fetch fetch = new Fetch();
    /** What was never lent before. */
    final Fetch more = Fetch.ofPlaces();

    private final int[] deliveries = new int[Fetch.COUNT_MAX];
    private Broker broker;

    void clear(Partition partition, Broker of) {
        broker = of;
        fetch.count = 0;
        fetch.bytes = 0;
        fetch.cold = false;
        fetch.content = null;
        fetch.begin = of.begin(partition);
        fetch.end = of.end(partition);
        fetch.status = Fetch.Status.NO_MATCH;
    }

    void add(long offset, long position, int length, int times) {
        deliveries[fetch.count] = times;
        fetch.cold |= broker.isCold(position);
        fetch.add(broker.log(), offset, position, length);
        fetch.status = Fetch.Status.FOUND;
    }

    /** The messages, to be copied or read by another thread. */
    public Fetch messages() {
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
