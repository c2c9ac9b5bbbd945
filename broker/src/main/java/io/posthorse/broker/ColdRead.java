package io.posthorse.broker;

import io.posthorse.log.Log;
import io.posthorse.log.RecordCheck;
import io.posthorse.log.RecordFormat;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A read of messages that may have to come from the disk: the owner finds them, another thread reads them. It verifies
 * checksums and omits damaged messages. Segments that are dropped meanwhile stay until {@link #end}.
 *
 * <p>It also applies content filters: then it may stop early, and {@link #next} says where.
 */
public final class ColdRead {
    private final Log log;
    private final long number;
    private final MessageRenderer renderer;
    private final ByteBuffer[] segments;
    private final int[] at;
    private final long[] positions;
    private final int[] lengths;
    private final RecordCheck check = new RecordCheck();
    /** Growth of a message that is shown in another format, at most: each byte may become an escape of six. */
    private static final int GROWTH = 6;

    private static final int GROWTH_EACH = 1_024;

    private int bytes;
    private long next;
    private ContentFilter content;
    private final long[] offsets;
    private int countMax = Integer.MAX_VALUE;
    private int bytesMax;
    /** What knows of unreadable records, where the read ends before one that can be repaired; else null. */
    private UnreadableRecords records;
    /** Whether all other nodes have been asked for a message, and none has it. */
    private boolean[] isLost;
    /** Position of the message before which it has ended; -1 for none. */
    private long heldAt = -1;

    ColdRead(
            Log log, long number, MessageRenderer renderer, ByteBuffer[] segments, int[] at, long[] positions,
            int[] lengths,
            long[] offsets, int bytes, int bytesMax, long next) {
        this.log = log;
        this.number = number;
        this.renderer = renderer;
        this.segments = segments;
        this.at = at;
        this.positions = positions;
        this.lengths = lengths;
        this.offsets = offsets;
        this.bytes = bytes;
        this.bytesMax = bytesMax;
        this.next = next;
    }

    /** Sets a content filter, and limits the messages taken to those of one answer. */
    void choose(ContentFilter by, int mostMessages, int mostBytes) {
        content = by;
        countMax = mostMessages;
        bytesMax = mostBytes;
        bytes = Math.min(bytes, Math.max(mostBytes, Arrays.stream(lengths).max().orElse(0)));
    }

    /** Lets it end before a message that this node cannot read and another one may have. */
    void waitForRepairs(UnreadableRecords of) {
        records = of;
        isLost = new boolean[positions.length];
        for (int i = 0; i < positions.length; i++) {
            isLost[i] = !of.isAwaited(positions[i]);
        }
    }

    /** Returns whether it has ended before a message that waits for its repair. */
    public boolean isHeld() {
        return heldAt >= 0;
    }

    /** Returns the maximum native bytes that {@link #read} writes. */
    public int bytes() {
        long grown = (long) GROWTH * bytes + (long) GROWTH_EACH * segments.length;
        return renderer.isNeeded() ? (int) Math.min(grown, Math.max(bytesMax, MessageRenderer.SHOWN_MAX)) : bytes;
    }

    /** Ends the read, on the owner's thread, after success or failure. */
    public void end() {
        log.endRead(number);
        if (heldAt >= 0) {
            records.stays(heldAt, "reading the message at position " + heldAt);
        }
    }

    /** Returns the offset to continue with, once {@link #read} has returned. */
    public long next() {
        return next;
    }

    /** Writes the native bytes of all readable messages that the filter matches; may wait for the disk. */
    public void read(ByteBuffer out) {
        int begin = out.position();
        int count = 0;
        for (int i = 0; i < segments.length; i++) {
            if (content != null && (count == countMax || content.isSpent())) {
                next = offsets[i];
                return;
            }
            if (holds(i)) {
                next = offsets[i];
                return;
            }
            int start = out.position();
            try {
                if (isWanted(i)) {
                    ByteBuffer shown = shown(i);
                    int length = shown == null ? lengths[i] : shown.capacity();
                    if (count > 0 && start - begin + length > bytesMax) {
                        next = offsets[i];
                        return;
                    }
                    put(i, shown, out);
                    count++;
                }
            } catch (InternalError e) {
                out.position(start); // the disk could not deliver one of its pages
            }
        }
    }

    /** Notes and returns whether a message is damaged, and may be repaired. */
    private boolean holds(int i) {
        boolean holds = records != null && !isLost[i] && !check.isWhole(segments[i].duplicate(), at[i], positions[i]);
        heldAt = holds ? positions[i] : heldAt;
        return holds;
    }

    /**
     * Returns a message of another format in the common one, empty where it is malformed; null for a message in the common
     * format.
     */
    private ByteBuffer shown(int i) {
        if (!renderer.isForeign(segments[i], at[i])) {
            return null;
        }
        ByteBuffer shown = renderer.show(segments[i], at[i], lengths[i], positions[i]);
        return shown == null ? ByteBuffer.allocate(0) : shown;
    }

    private void put(int i, ByteBuffer shown, ByteBuffer out) {
        int length = shown == null ? lengths[i] : shown.capacity();
        out.put(out.position(), shown == null ? segments[i] : shown, shown == null ? at[i] + RecordFormat.NATIVE : 0,
                length);
        out.position(out.position() + length);
    }

    private boolean isWanted(int i) {
        return (content == null || ContentReader.matches(renderer, content, segments[i], at[i], lengths[i], positions[i]))
                && check.isWhole(segments[i].duplicate(), at[i], positions[i]);
    }
}
