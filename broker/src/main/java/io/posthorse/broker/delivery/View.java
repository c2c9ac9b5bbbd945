package io.posthorse.broker.delivery;

import java.util.Arrays;

/**
 * The view of a feed by consumers with one selector: how far each partition was searched, the found messages that are
 * handed out next, and the consumers' turns.
 */
final class View {
    private static final long[] NOTHING = {};

    private final Selector selector;
    private final CandidateWindow window;
    private final ConsumerTurns turns = new ConsumerTurns();
    private long[] next = NOTHING;
    int consumers;
    /** Number of the first message given back that was not examined. */
    long returned;
    boolean isDue;
    /** Whether it waits for messages from the disk. */
    boolean waitsForDisk;
    /** Number of messages that had left the feed when the window was swept. */
    long sweptAt;
    /** Whether its window is full of messages that no waiting consumer can take. */
    boolean isStuck;

    View(Selector selector, MessageGroups owners) {
        this.selector = selector;
        this.window = new CandidateWindow(this, owners);
    }

    Selector selector() {
        return selector;
    }

    CandidateWindow window() {
        return window;
    }

    ConsumerTurns turns() {
        return turns;
    }

    /** Returns the first offset of a partition that was not examined. */
    long next(FeedPartition lane) {
        return lane.number() < next.length ? next[lane.number()] : 0;
    }

    void next(FeedPartition lane, long offset) {
        if (lane.number() >= next.length) {
            next = Arrays.copyOf(next, lane.number() + 1);
        }
        next[lane.number()] = offset;
    }

    /** Examines everything again, including messages given back. */
    void restart(long returnedEnd) {
        window.clear();
        next = NOTHING;
        returned = returnedEnd;
    }
}
