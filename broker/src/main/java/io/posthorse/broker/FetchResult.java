package io.posthorse.broker;

import io.posthorse.log.Log;
import io.posthorse.log.RecordFormat;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** The result of reading a partition: the records for an answer. Reused; valid until the next fetch. */
public final class FetchResult {
    /** Maximum messages of one answer. */
    public static final int COUNT_MAX = 1024;

    /** Maximum unreadable messages that are noted at a time. */
    private static final int UNREADABLE_MAX = 64;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /** The kind of result. */
    public enum Status {
        /** There are messages. */
        FOUND,
        /** Messages did not match the filter, or are gone: continue at {@link #next}. */
        NO_MATCH,
        /** The offset is that of the next message, or one that this node does not have yet. */
        AT_END,
        /** The offset is behind the end. */
        ABOVE,
        /** The offset is before the oldest message kept. */
        BELOW
    }

    final long[] offsets = new long[COUNT_MAX];
    final long[] positions = new long[COUNT_MAX];
    final int[] lengths = new int[COUNT_MAX];
    /** The segment's bytes of each record, and in {@code at} the index in them. */
    final ByteBuffer[] segments = new ByteBuffer[COUNT_MAX];

    final int[] at = new int[COUNT_MAX];
    /** Whether messages are shown in the common format; otherwise only their positions are found. */
    final boolean shows;

    Status status;
    long next;
    long begin;
    long end;
    int count;
    int bytes;
    boolean cold;
    /** The filter still to be applied to the messages; null where none is. */
    ContentFilter content;

    /** Native bytes after which no further message is taken. */
    int limit;

    /** Offsets of messages that were passed over since they cannot be read here; null where these count as gone. */
    long[] unreadable;
    int unreadableCount;
    /** Whether a fetch ends before a message that can be repaired. */
    boolean waits;
    /** Whether the last one has. */
    boolean isHeld;

    int contentCountMax;
    int contentBytesMax;

    public FetchResult() {
        this(true);
    }

    private FetchResult(boolean shows) {
        this.shows = shows;
    }

    /** Returns a result that only finds positions, for readers of the messages as they were sent. */
    public static FetchResult ofPositions() {
        return new FetchResult(false);
    }

    /**
     * Converts messages of other formats to the common one; a malformed one becomes empty. Leaves messages that then no
     * longer fit for the next fetch; the first one is kept whatever its size.
     */
    void show(MessageRenderer renderer, int bytesMax) {
        if (!shows || !renderer.isNeeded()) {
            return;
        }
        bytes = 0;
        int found = count;
        for (int i = 0; i < found; i++) {
            if (at[i] >= 0 && renderer.isForeign(segments[i], at[i])) {
                ByteBuffer shown = renderer.show(segments[i], at[i], lengths[i], positions[i]);
                segments[i] = shown == null ? NOTHING : shown;
                at[i] = -RecordFormat.NATIVE;
                lengths[i] = segments[i].capacity();
            }
            if (i > 0 && bytes + lengths[i] > bytesMax) {
                count = i; // the converted size counts: the rest is for the next fetch
                next = offsets[i];
                return;
            }
            bytes += lengths[i];
        }
    }

    /** Sets whether unreadable messages are noted. */
    void noteUnreadable(boolean are) {
        unreadable = are ? new long[UNREADABLE_MAX] : null;
        unreadableCount = 0;
    }

    /** Lets fetches end before a message that this node cannot read and another one may have, until it is repaired. */
    public FetchResult waitForRepairs() {
        waits = true;
        return this;
    }

    /** Passes over an unreadable message; returns false where no more can be noted, so that the fetch ends before it. */
    boolean passes(long offset) {
        if (unreadable == null) {
            return true;
        }
        if (unreadableCount == UNREADABLE_MAX) {
            return false;
        }
        unreadable[unreadableCount++] = offset;
        return true;
    }

    void clear() {
        count = 0;
        unreadableCount = 0;
        bytes = 0;
        cold = false;
        content = null;
    }

    void add(Log log, long offset, long position, int length) {
        offsets[count] = offset;
        positions[count] = position;
        segments[count] = log.bytes(position);
        at[count] = log.index(position);
        lengths[count++] = length;
        bytes += length;
    }

    /** Adds a message of another fetch. */
    void add(FetchResult from, int i) {
        offsets[count] = from.offsets[i];
        positions[count] = from.positions[i];
        segments[count] = from.segments[i];
        at[count] = from.at[i];
        lengths[count++] = from.lengths[i];
        bytes += from.lengths[i];
    }

    /** Adds a copy of a message in the common format. */
    void add(long offset, long position, ByteBuffer shown) {
        offsets[count] = offset;
        positions[count] = position;
        segments[count] = shown;
        at[count] = -RecordFormat.NATIVE;
        lengths[count++] = shown.capacity();
        bytes += shown.capacity();
    }

    public Status status() {
        return status;
    }

    /** Returns the offset to continue with. */
    public long next() {
        return next;
    }

    /** Returns the oldest offset kept. */
    public long begin() {
        return begin;
    }

    /** Returns the offset of the next message. */
    public long end() {
        return end;
    }

    public int count() {
        return count;
    }

    /** Returns the native bytes of all messages together. */
    public int bytes() {
        return bytes;
    }

    /** Returns whether reading may have to wait for the disk: then the caller reads through {@link Broker#beginRead}. */
    public boolean isCold() {
        return cold;
    }

    public long offset(int i) {
        return offsets[i];
    }

    /** Returns the position of the message's record in the log. */
    public long position(int i) {
        return positions[i];
    }

    /** Returns the length of the message's native bytes. */
    public int length(int i) {
        return lengths[i];
    }

    /** Returns the found messages for a read by another thread; {@link ColdRead#end} must follow. */
    ColdRead detach(Log log, MessageRenderer renderer, UnreadableRecords records) {
        ColdRead read = new ColdRead(
                log,
                log.beginRead(),
                renderer,
                Arrays.copyOf(segments, count),
                Arrays.copyOf(at, count),
                Arrays.copyOf(positions, count),
                Arrays.copyOf(lengths, count),
                Arrays.copyOf(offsets, count),
                bytes,
                limit,
                next);
        if (waits && records.mayStay()) {
            read.waitForRepairs(records);
        }
        if (content != null) {
            read.choose(content, contentCountMax, contentBytesMax);
        }
        return read;
    }

    /** Copies the native bytes of all messages, one behind the other, to an index of the buffer. */
    public void copy(ByteBuffer out, int index) {
        int to = index;
        for (int i = 0; i < count; i++) {
            out.put(to, segments[i], at[i] + RecordFormat.NATIVE, lengths[i]);
            to += lengths[i];
        }
    }
}
