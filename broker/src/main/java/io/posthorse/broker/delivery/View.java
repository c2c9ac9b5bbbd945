package io.posthorse.broker.delivery;

import java.util.Arrays;
import java.util.TreeSet;

/**
 * What consumers with one selector see of a feed: how far each partition was looked through, and a bounded number of
 * messages found that are handed out next, the most important first.
 */
final class View {
    /** Messages looked ahead; priority is honoured among so many. */
    static final int WINDOW = 4_096;

    private final Selector selector;
    private final TreeSet<Candidate> ready = new TreeSet<>(Candidate.ORDER);
    private long[] next = new long[0];
    int consumers;

    View(Selector selector) {
        this.selector = selector;
    }

    boolean isOf(Selector other) {
        return selector == null ? other == null : other != null && selector.key().equals(other.key());
    }

    Selector selector() {
        return selector;
    }

    TreeSet<Candidate> ready() {
        return ready;
    }

    boolean isFull() {
        return ready.size() >= WINDOW;
    }

    /** First offset of a lane that was not looked at. */
    long next(Lane lane) {
        return lane.number() < next.length ? next[lane.number()] : 0;
    }

    void next(Lane lane, long offset) {
        if (lane.number() >= next.length) {
            next = Arrays.copyOf(next, lane.number() + 1);
        }
        next[lane.number()] = offset;
    }

    /** Looks at everything again. */
    void restart() {
        ready.clear();
        next = new long[0];
    }
}
