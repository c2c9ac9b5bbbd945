package io.posthorse.broker;

import io.posthorse.log.Log;
import io.posthorse.log.LogView;
import io.posthorse.log.RecordFormat;
import java.nio.ByteBuffer;

/**
 * A read of waiting messages: the owner chooses them, another thread reads them, the owner ends it. They may cease to wait
 * meanwhile; segments that are dropped meanwhile stay until {@link #end}.
 */
public final class WaitingRead {
    private final Log log;
    private final long number;
    private final LogView view;
    private final MessageRenderer renderer;
    private final long[] timesMs;
    private final long[] offsets;
    private final long[] positions;
    private final int[] asked;

    WaitingRead(Log log, MessageRenderer renderer, Partition partition, long[] timesMs, long[] offsets) {
        this(log, renderer, partition, timesMs, offsets, new int[offsets.length]);
    }

    WaitingRead(Log log, MessageRenderer renderer, Partition partition, long[] timesMs, long[] offsets, int[] asked) {
        this.log = log;
        this.number = log.beginRead();
        this.view = log.view();
        this.renderer = renderer;
        this.timesMs = timesMs;
        this.offsets = offsets;
        this.asked = asked;
        this.positions = new long[offsets.length];
        for (int i = 0; i < offsets.length; i++) {
            positions[i] = MessageMoves.position(partition, offsets[i]);
        }
    }

    /** Ends the read, on the owner's thread, after success or failure. */
    public void end() {
        log.endRead(number);
    }

    /** Returns the number of messages. */
    public int size() {
        return offsets.length;
    }

    /** Returns the offset that identifies a message. */
    public long offset(int i) {
        return offsets[i];
    }

    /** Returns the time at which a message is due, or checked next, ms since 1970; 0 for one whose time is not kept. */
    public long dueMs(int i) {
        return timesMs[i];
    }

    /** Returns the number of checks of a message. */
    public int asked(int i) {
        return asked[i];
    }

    /** Returns whether a message is committed; others must not be shown yet. */
    public boolean isCommitted(int i) {
        return positions[i] < view.committed();
    }

    /** Returns a message's native bytes, or null where they are unreadable; may wait for the disk. */
    public ByteBuffer message(int i) {
        ByteBuffer bytes = view.bytes(positions[i]);
        if (bytes == null) {
            return null;
        }
        return renderer.of(bytes, view.index(positions[i]));
    }

    /**
     * Returns the time of a message's record where it waits, ms since 1970; only for one whose {@link #message} is not
     * null.
     */
    public long writtenMs(int i) {
        return view.bytes(positions[i]).getLong(view.index(positions[i]) + RecordFormat.TIME);
    }
}
