package io.posthorse.log;

import io.posthorse.platform.Background;
import java.util.ArrayDeque;

/**
 * Segments that retention has dropped, and the reads of another thread that may still be in them. A dropped segment's
 * name is gone at once; its bytes are given back when every read has ended that was begun before. A page that went away
 * under a read would be a fault that Java cannot be trusted to survive.
 *
 * <p>Reads end in the order in which they began: there is one reader thread.
 */
final class DroppedSegments {
    private final Background background;
    private final ArrayDeque<Dropped> waiting = new ArrayDeque<>();
    private long begun;
    private long ended;

    /** @param readsBefore how many reads had begun when it was dropped */
    private record Dropped(Segment segment, long readsBefore) {}

    DroppedSegments(Background background) {
        this.background = background;
    }

    void readBegins() {
        begun++;
    }

    void readEnded() {
        ended++;
        release();
    }

    void add(Segment segment) {
        waiting.add(new Dropped(segment, begun));
        release();
    }

    private void release() {
        while (!waiting.isEmpty() && waiting.peekFirst().readsBefore <= ended) {
            Segment segment = waiting.removeFirst().segment;
            background.run(
                    () -> {
                        segment.file.truncate(0); // frees the blocks at once, though the mapping lives on until collected
                        segment.file.close();
                    },
                    failure -> {});
        }
    }
}
