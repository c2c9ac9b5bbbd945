package io.posthorse.log;

import io.posthorse.platform.Background;
import io.posthorse.platform.FileStore;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;

/**
 * The segments that retention has dropped and that other threads may still read. The name of a dropped segment is deleted
 * at once; its blocks are freed once every earlier read has ended. Java cannot be trusted to survive the fault of a page
 * that goes away under a read.
 */
final class DroppedSegments {
    /** Bytes freed at a time: about a tenth of a second on a slow disk, during which nothing can be forced. */
    private static final int STEP = 64 << 20;

    private final Background background;
    private final int step;
    private final ArrayDeque<Dropped> waiting = new ArrayDeque<>();
    /** Numbers of the running reads, oldest first. */
    private final LinkedHashSet<Long> reads = new LinkedHashSet<>();

    private final ArrayDeque<Segment> free = new ArrayDeque<>();
    private boolean freeing;
    private long begun;

    /** @param readsBefore number of reads begun before the drop */
    private record Dropped(Segment segment, long readsBefore) {}

    DroppedSegments(Background background) {
        this(background, STEP);
    }

    /** @param step bytes freed at a time */
    DroppedSegments(Background background, int step) {
        this.background = background;
        this.step = step;
    }

    long beginRead() {
        reads.add(begun);
        return begun++;
    }

    void endRead(long read) {
        reads.remove(read);
        release();
    }

    /** Deletes the name of a segment, in the background, and frees its blocks once nobody reads it. */
    void delete(Segment gone, FileStore files) {
        background.run(
                () -> {
                    gone.keepOpen();
                    files.delete(Segment.name(gone.base));
                },
                failure -> {});
        add(gone);
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
        freeBlocks();
    }

    /** Frees blocks, though the mapping lives until it is collected; little at a time, since forces wait for it. */
    private void freeBlocks() {
        if (freeing || free.isEmpty()) {
            return;
        }
        freeing = true;
        Segment segment = free.peekFirst();
        boolean[] more = new boolean[1];
        background.run(() -> more[0] = segment.freeBlocks(step), failure -> {
            freeing = false;
            if (failure != null || !more[0]) {
                free.removeFirst();
            }
            freeBlocks();
        });
    }
}
