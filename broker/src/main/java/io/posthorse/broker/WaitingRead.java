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
    private final Rendering rendering;
    private final long[] timesMs;
    private final long[] offsets;
    private final long[] positions;

    WaitingRead(Log log, Rendering rendering, Partition partition, long[] timesMs, long[] offsets) {
        this.log = log;
        this.number = log.readBegins();
        this.view = log.view();
        this.rendering = rendering;
        this.timesMs = timesMs;
        this.offsets = offsets;
        this.positions = new long[offsets.length];
        for (int i = 0; i < offsets.length; i++) {
            positions[i] = Moves.position(partition, offsets[i]);
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

    /** When a message is due, ms since 1970; 0 for one that waits for no time. */
    public long dueMs(int i) {
        return timesMs[i];
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
