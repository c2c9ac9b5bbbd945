package io.posthorse.broker.delivery;

import java.util.Arrays;

/**
 * What consumers with one selector see of a feed: how far each partition was looked through, the messages found that are
 * handed out next, and whose turn it is.
 */
final class View {
    private static final long[] NOTHING = {};

    private final Selector selector;
    private final CandidateWindow window;
    private final ConsumerTurns turns = new ConsumerTurns();
    private long[] next = NOTHING;
    int consumers;
    /** Number of the first message that came back and was not looked at. */
    long returned;
    boolean isDue;
    /** Whether it cannot go on before something was read from the disk. */
    boolean waitsForDisk;
    /** How many messages had left the feed when the window was swept. */
    long sweptAt;
    /** Whether its window is full of what nobody can take that waits. */
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

    /** First offset of a lane that was not looked at. */
    long next(FeedPartition lane) {
        return lane.number() < next.length ? next[lane.number()] : 0;
    }

    void next(FeedPartition lane, long offset) {
        if (lane.number() >= next.length) {
            next = Arrays.copyOf(next, lane.number() + 1);
        }
        next[lane.number()] = offset;
    }

    /** Looks at everything again, what came back included. */
    void restart(long returnedEnd) {
        window.clear();
        next = NOTHING;
        returned = returnedEnd;
    }
}
