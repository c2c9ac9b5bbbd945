package io.posthorse.log;

import io.posthorse.platform.Background;
import io.posthorse.platform.FileStore;
import java.io.IOException;
import java.util.Arrays;
import java.util.function.Consumer;

/** The part of the log that forces it in the background: one force at a time, each of everything written before it. */
final class LogForcer {
    private final FileStore files;
    private final Background background;
    private final DurableMark mark;
    private final Segments segments;
    private long durable;
    /** The first segment that is not wholly forced yet. */
    private Segment from;
    private boolean namesChanged;
    private boolean running;
    private long count;
    /** Owned by the background, and by the owner while the background is idle. */
    private IOException failed;

    LogForcer(FileStore files, Background background, DurableMark mark, Segments segments, long durable) {
        this.files = files;
        this.background = background;
        this.mark = mark;
        this.segments = segments;
        this.durable = durable;
        this.from = Arrays.stream(segments.all()).filter(s -> s.end() > durable).findFirst().orElse(segments.last());
    }

    /** Returns the position below which everything is on stable storage. */
    long durable() {
        return durable;
    }

    boolean isRunning() {
        return running;
    }

    /** Returns the number of forces that ended, with success or failure. */
    long count() {
        return count;
    }

    /** Notes that files were created or deleted, so that their names must be forced too. */
    void namesChanged() {
        namesChanged = true;
    }

    /** Notes that a segment was dropped, which the given one follows. */
    void dropped(Segment gone, Segment next) {
        if (from == gone) {
            from = next;
        }
    }

    /**
     * Begins a force of everything below a position, unless one is running.
     *
     * @param done receives the failure, or null
     */
    void begin(long target, Consumer<IOException> done) {
        if (running || durable >= target) {
            return;
        }
        running = true;
        boolean names = namesChanged;
        namesChanged = false;
        Segment to = segments.last();
        Segment[] dirty = dirty();
        background.run(
                () -> {
                    forceAll(names, dirty);
                    mark.write(target);
                },
                failure -> {
                    running = false;
                    count++;
                    if (failure == null && failed == null) {
                        durable = target;
                        from = to;
                    }
                    done.accept(failure);
                });
    }

    private Segment[] dirty() {
        return Arrays.stream(segments.all()).filter(s -> s.base >= from.base).toArray(Segment[]::new);
    }

    /** Returns a job that forces everything written so far. */
    Background.Job job() {
        Segment[] dirty = dirty();
        return () -> forceAll(true, dirty);
    }

    /** Forces at once; the background must be idle. */
    void now(long written) throws IOException {
        job().run();
        durable = written;
        from = segments.last();
        namesChanged = false;
    }

    /**
     * Forces the segments, in the background. After one failure every later call fails: the system may take pages of a
     * failed force for clean, so a later force would succeed and mean nothing.
     */
    private void forceAll(boolean names, Segment[] dirty) throws IOException {
        if (failed != null) {
            throw failed;
        }
        try {
            if (names) {
                files.forceNames();
            }
            for (Segment segment : dirty) {
                segment.force();
            }
        } catch (IOException e) {
            failed = e;
            throw e;
        }
    }
}
