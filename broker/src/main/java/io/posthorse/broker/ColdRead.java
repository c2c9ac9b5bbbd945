package io.posthorse.broker;

import io.posthorse.log.Log;
import io.posthorse.log.RecordCheck;
import io.posthorse.log.RecordFormat;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Messages that may have to come from the disk, found by the owner and read by another thread. What it reads is checked
 * by checksum; a message that is damaged is left out. Segments that are dropped meanwhile wait for {@link #end}.
 *
 * <p>Where messages are chosen by what is in them, that is done here too: then not all of them are read, and
 * {@link #next} says how far it came.
 */
public final class ColdRead {
    private final Log log;
    private final long number;
    private final MessageRenderer rendering;
    private final ByteBuffer[] segments;
    private final int[] at;
    private final long[] positions;
    private final int[] lengths;
    private final RecordCheck check = new RecordCheck();
    /** Most that a message grows by when it is shown in another format: each byte may become an escape of six. */
    private static final int GROWTH = 6;

    private static final int GROWTH_EACH = 1_024;

    private int bytes;
    private long next;
    private ContentFilter content;
    private final long[] offsets;
    private int countMax = Integer.MAX_VALUE;
    private int bytesMax;

    ColdRead(
            Log log, long number, MessageRenderer rendering, ByteBuffer[] segments, int[] at, long[] positions,
            int[] lengths,
            long[] offsets, int bytes, int bytesMax, long next) {
        this.log = log;
        this.number = number;
        this.rendering = rendering;
        this.segments = segments;
        this.at = at;
        this.positions = positions;
        this.lengths = lengths;
        this.offsets = offsets;
        this.bytes = bytes;
        this.bytesMax = bytesMax;
        this.next = next;
    }

    /** Has the content decide, and no more taken than an answer may have. */
    void choose(ContentFilter by, int mostMessages, int mostBytes) {
        content = by;
        countMax = mostMessages;
        bytesMax = mostBytes;
        bytes = Math.min(bytes, Math.max(mostBytes, Arrays.stream(lengths).max().orElse(0)));
    }

    /** Most native bytes that {@link #read} puts. */
    public int bytes() {
        long grown = (long) GROWTH * bytes + (long) GROWTH_EACH * segments.length;
        return rendering.isNeeded() ? (int) Math.min(grown, Math.max(bytesMax, MessageRenderer.SHOWN_MAX)) : bytes;
    }

    /** Ends the read, on the owner's thread, whether it succeeded or not. */
    public void end() {
        log.readEnded(number);
    }

    /** Offset to read at next, once {@link #read} has returned. */
    public long next() {
        return next;
    }

    /** Puts the native bytes of all messages that are chosen and can be read; may wait for the disk. */
    public void read(ByteBuffer out) {
        int begin = out.position();
        int count = 0;
        for (int i = 0; i < segments.length; i++) {
            if (content != null && (count == countMax || content.isSpent())) {
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
                out.position(start); // the disk could not deliver a page of it
            }
        }
    }

    /** A message of another format in the common one, empty where it makes no sense; null for one that is in it. */
    private ByteBuffer shown(int i) {
        if (!rendering.isForeign(segments[i], at[i])) {
            return null;
        }
        ByteBuffer shown = rendering.show(segments[i], at[i], lengths[i], positions[i]);
        return shown == null ? ByteBuffer.allocate(0) : shown;
    }

    private void put(int i, ByteBuffer shown, ByteBuffer out) {
        int length = shown == null ? lengths[i] : shown.capacity();
        out.put(out.position(), shown == null ? segments[i] : shown, shown == null ? at[i] + RecordFormat.NATIVE : 0,
                length);
        out.position(out.position() + length);
    }

    private boolean isWanted(int i) {
        return (content == null || ContentReader.matches(rendering, content, segments[i], at[i], lengths[i], positions[i]))
                && check.isWhole(segments[i].duplicate(), at[i], positions[i]);
    }
}
