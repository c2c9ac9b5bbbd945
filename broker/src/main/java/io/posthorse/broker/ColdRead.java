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
    private final Rendering rendering;
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
    private long[] offsets;
    private int countMax = Integer.MAX_VALUE;
    private int bytesMax = Integer.MAX_VALUE;

    ColdRead(
            Log log, long number, Rendering rendering, ByteBuffer[] segments, int[] at, long[] positions, int[] lengths,
            int bytes, long next) {
        this.log = log;
        this.number = number;
        this.rendering = rendering;
        this.segments = segments;
        this.at = at;
        this.positions = positions;
        this.lengths = lengths;
        this.bytes = bytes;
        this.next = next;
    }

    /** Has the content decide, and no more taken than an answer may have. */
    void choose(ContentFilter by, long[] itsOffsets, int mostMessages, int mostBytes) {
        content = by;
        offsets = itsOffsets;
        countMax = mostMessages;
        bytesMax = mostBytes;
        bytes = Math.min(bytes, Math.max(mostBytes, Arrays.stream(lengths).max().orElse(0)));
    }

    /** Most native bytes that {@link #read} puts. */
    public int bytes() {
        return rendering.isNeeded() ? GROWTH * bytes + GROWTH_EACH * segments.length : bytes;
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
                    if (count > 0 && start - begin + lengths[i] > bytesMax) {
                        next = offsets[i];
                        return;
                    }
                    put(i, out);
                    count++;
                }
            } catch (InternalError e) {
                out.position(start); // the disk could not deliver a page of it
            }
        }
    }

    private void put(int i, ByteBuffer out) {
        int from = at[i] + RecordFormat.NATIVE;
        int length = lengths[i];
        ByteBuffer source = segments[i];
        if (rendering.isForeign(source, at[i])) {
            source = rendering.render(source, at[i], length);
            from = 0;
            length = source == null ? 0 : source.capacity();
        }
        if (length > 0) {
            out.put(out.position(), source, from, length);
            out.position(out.position() + length);
        }
    }

    private boolean isWanted(int i) {
        return (content == null || ContentReading.matches(rendering, content, segments[i], at[i], lengths[i]))
                && check.isWhole(segments[i].duplicate(), at[i], positions[i]);
    }
}
