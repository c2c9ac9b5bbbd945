package io.posthorse.log;

import io.posthorse.platform.Background;
import io.posthorse.platform.FileStore;
import java.io.IOException;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Brings what was written to stable storage, by the background: one force at a time, each of all that was written until
 * then.
 */
final class LogForcer {
    private final FileStore files;
    private final Background background;
    private final DurableMark mark;
    private final Segments segments;
    private long durable;
    /** The first segment of which something is not forced yet. */
    private Segment from;
    private boolean namesChanged;
    private boolean running;
    private long count;
    /** The background's, and the owner's while the background is at rest. */
    private IOException failed;

    LogForcer(FileStore files, Background background, DurableMark mark, Segments segments, long durable) {
        this.files = files;
        this.background = background;
        this.mark = mark;
        this.segments = segments;
        this.durable = durable;
        this.from = Arrays.stream(segments.all()).filter(s -> s.end() > durable).findFirst().orElse(segments.last());
    }

    /** Everything below is on stable storage. */
    long durable() {
        return durable;
    }

    boolean isRunning() {
        return running;
    }

    /** How often it has come to an end, a bad one included. */
    long count() {
        return count;
    }

    /** Files came to be or went: their names are to be forced too. */
    void namesChanged() {
        namesChanged = true;
    }

    /** A segment is dropped; what followed on it is the given one. */
    void dropped(Segment gone, Segment next) {
        if (from == gone) {
            from = next;
        }
    }

    /**
     * Begins a force of everything below a position, unless one is under way.
     *
     * @param done is given what went wrong, null where nothing did
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

    /** Work that brings all that is written now to stable storage. */
    Background.Job job() {
        Segment[] dirty = dirty();
        return () -> forceAll(true, dirty);
    }

    /** Does it at once; the background is at rest. */
    void now(long written) throws IOException {
        job().run();
        durable = written;
        from = segments.last();
        namesChanged = false;
    }

    /**
     * Run by the background. Fails for ever once it has failed: the system may take what a failed force has left behind
     * for clean, so a later one would succeed and mean nothing.
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
