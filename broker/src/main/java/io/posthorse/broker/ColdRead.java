package io.posthorse.broker;

import io.posthorse.log.Log;
import io.posthorse.log.RecordCheck;
import io.posthorse.log.RecordFormat;
import java.nio.ByteBuffer;

/**
 * Messages that may have to come from the disk, found by the owner and read by another thread. What it reads is checked
 * by checksum; a message that is damaged is left out. Segments that are dropped meanwhile wait for {@link #end}.
 */
public final class ColdRead {
    private final Log log;
    private final long number;
    private final ByteBuffer[] segments;
    private final int[] at;
    private final long[] positions;
    private final int[] lengths;
    private final int bytes;

    ColdRead(Log log, long number, ByteBuffer[] segments, int[] at, long[] positions, int[] lengths, int bytes) {
        this.log = log;
        this.number = number;
        this.segments = segments;
        this.at = at;
        this.positions = positions;
        this.lengths = lengths;
        this.bytes = bytes;
    }

    /** Most native bytes that {@link #read} puts. */
    public int bytes() {
        return bytes;
    }

    /** Ends the read, on the owner's thread, whether it succeeded or not. */
    public void end() {
        log.readEnded(number);
    }

    /** Puts the native bytes of all messages that can be read; may wait for the disk. */
    public void read(ByteBuffer out) {
        RecordCheck check = new RecordCheck();
        for (int i = 0; i < segments.length; i++) {
            int start = out.position();
            try {
                if (check.isWhole(segments[i].duplicate(), at[i], positions[i])) {
                    out.put(start, segments[i], at[i] + RecordFormat.NATIVE, lengths[i]);
                    out.position(start + lengths[i]);
                }
            } catch (InternalError e) {
                out.position(start); // the disk could not deliver a page of it
            }
        }
    }
}
