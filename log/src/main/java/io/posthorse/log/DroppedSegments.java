package io.posthorse.log;

import io.posthorse.platform.Background;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;

/**
 * Segments that retention has dropped, and the reads of other threads that may still be in them. A dropped segment's
 * name is gone at once; its bytes are given back when every read has ended that was begun before. A page that went away
 * under a read would be a fault that Java cannot be trusted to survive.
 */
final class DroppedSegments {
    /** Given back at a time: a tenth of a second for a disk that takes long, in which nothing can be forced. */
    private static final int STEP = 64 << 20;

    private final Background background;
    private final int step;
    private final ArrayDeque<Dropped> waiting = new ArrayDeque<>();
    /** Numbers of the reads under way, the oldest first. */
    private final LinkedHashSet<Long> reads = new LinkedHashSet<>();

    private final ArrayDeque<Segment> free = new ArrayDeque<>();
    private boolean givingBack;
    private long begun;

    /** @param readsBefore how many reads had begun when it was dropped */
    private record Dropped(Segment segment, long readsBefore) {}

    DroppedSegments(Background background) {
        this(background, STEP);
    }

    /** @param step bytes that are given back at a time */
    DroppedSegments(Background background, int step) {
        this.background = background;
        this.step = step;
    }

    long readBegins() {
        reads.add(begun);
        return begun++;
    }

    void readEnded(long read) {
        reads.remove(read);
        release();
    }

    void add(Segment segment) {
        waiting.add(new Dropped(segment, begun));
        release();
    }

    private void release() {
        long oldest = reads.isEmpty() ? begun : reads.getFirst();
        while (!waiting.isEmpty() && waiting.peekFirst().readsBefore <= oldest) {
            free.add(waiting.removeFirst().segment);
        }
        giveBack();
    }

    /** Frees blocks though the mapping lives on until collected; little at a time, for forces wait behind it. */
    private void giveBack() {
        if (givingBack || free.isEmpty()) {
            return;
        }
        givingBack = true;
        Segment segment = free.peekFirst();
        boolean[] more = new boolean[1];
        background.run(() -> more[0] = segment.giveBack(step), failure -> {
            givingBack = false;
            if (failure != null || !more[0]) {
                free.removeFirst();
            }
            giveBack();
        });
    }
}
