package io.posthorse.broker;

import io.posthorse.log.Log;
import io.posthorse.log.LogView;
import io.posthorse.log.RecordFormat;
import java.nio.ByteBuffer;

/**
 * Messages that wait, chosen by the owner and read by another thread, ended by the owner. They may cease to wait
 * meanwhile; segments that are dropped meanwhile wait for {@link #end}.
 */
public final class WaitingRead {
    private final Log log;
    private final long number;
    private final LogView view;
    private final MessageRenderer rendering;
    private final long[] timesMs;
    private final long[] offsets;
    private final long[] positions;
    private final int[] asked;

    WaitingRead(Log log, MessageRenderer rendering, Partition partition, long[] timesMs, long[] offsets) {
        this(log, rendering, partition, timesMs, offsets, new int[offsets.length]);
    }

    WaitingRead(Log log, MessageRenderer rendering, Partition partition, long[] timesMs, long[] offsets, int[] asked) {
        this.log = log;
        this.number = log.readBegins();
        this.view = log.view();
        this.rendering = rendering;
        this.timesMs = timesMs;
        this.offsets = offsets;
        this.asked = asked;
        this.positions = new long[offsets.length];
        for (int i = 0; i < offsets.length; i++) {
            positions[i] = MessageMoves.position(partition, offsets[i]);
        }
    }

    /** Ends the read, on the owner's thread, whether it succeeded or not. */
    public void end() {
        log.readEnded(number);
    }

    /** How many messages there are. */
    public int size() {
        return offsets.length;
    }

    /** What a message is known by. */
    public long offset(int i) {
        return offsets[i];
    }

    /** When a message is due, or asked about next, ms since 1970; 0 for one whose time is not kept. */
    public long dueMs(int i) {
        return timesMs[i];
    }

    /** How often the sender of a message was asked about it. */
    public int asked(int i) {
        return asked[i];
    }

    /** Whether a message is committed; one that is not yet must not be shown. */
    public boolean isCommitted(int i) {
        return positions[i] < view.committed();
    }

    /** A message's native bytes, or null where it cannot be read; may wait for the disk. */
    public ByteBuffer message(int i) {
        ByteBuffer bytes = view.bytes(positions[i]);
        if (bytes == null) {
            return null;
        }
        return rendering.of(bytes, view.index(positions[i]));
    }

    /** When a message came to where it waits, ms since 1970; only for one whose {@link #message} is not null. */
    public long writtenMs(int i) {
        return view.bytes(positions[i]).getLong(view.index(positions[i]) + RecordFormat.TIME);
    }
}
