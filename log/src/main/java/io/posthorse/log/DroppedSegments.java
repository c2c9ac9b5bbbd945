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
    private final Background background;
    private final ArrayDeque<Dropped> waiting = new ArrayDeque<>();
    /** Numbers of the reads under way, the oldest first. */
    private final LinkedHashSet<Long> reads = new LinkedHashSet<>();

    private long begun;

    /** @param readsBefore how many reads had begun when it was dropped */
    private record Dropped(Segment segment, long readsBefore) {}

    DroppedSegments(Background background) {
        this.background = background;
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
            Segment segment = waiting.removeFirst().segment;
            background.run(
                    segment::giveBack, // frees the blocks at once, though the mapping lives on until collected
                    failure -> {});
        }
    }
}
