package io.posthorse.log;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Blocks of a segment that the background is to make real before the tail gets there. The owner and the background
 * must never both fill the same stretch: the late one would write zeros over records. So the owner, where it can't wait,
 * first takes the order back, which works as long as the background has not begun.
 */
final class BlocksAhead {
    private enum Phase {
        ORDERED,
        TAKEN_BACK,
        RUNNING,
        DONE
    }

    final Segment segment;
    final int from;
    final int end;
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.ORDERED);

    BlocksAhead(Segment segment, int from, int end) {
        this.segment = segment;
        this.from = from;
        this.end = end;
    }

    /** Run by the background. */
    void run() throws IOException {
        if (phase.compareAndSet(Phase.ORDERED, Phase.RUNNING)) {
            segment.file.allocate(from, end);
            phase.set(Phase.DONE);
        }
    }

    /** Whether the owner may now fill the stretch itself. */
    boolean takeBack() {
        return phase.compareAndSet(Phase.ORDERED, Phase.TAKEN_BACK);
    }

    boolean isDone() {
        return phase.get() == Phase.DONE;
    }
}
