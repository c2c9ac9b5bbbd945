package io.posthorse.broker;

import io.posthorse.log.Log;
import io.posthorse.log.RecordFormat;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** The outcome of reading a partition: which records an answer is made of. Reused; valid until the next fetch. */
public final class FetchResult {
    /** How many messages one answer may have. */
    public static final int COUNT_MAX = 1024;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /** What was found. */
    public enum Status {
        /** There are messages. */
        FOUND,
        /** Messages were passed over by the filter, or are gone: go on at {@link #next}. */
        NO_MATCH,
        /** The offset is that of the next message to come. */
        AT_END,
        /** The offset lies behind the end. */
        ABOVE,
        /** The offset lies before the oldest message kept. */
        BELOW
    }

    final long[] offsets = new long[COUNT_MAX];
    final long[] positions = new long[COUNT_MAX];
    final int[] lengths = new int[COUNT_MAX];
    /** Where each record is: a segment's bytes, and the index in them. */
    final ByteBuffer[] segments = new ByteBuffer[COUNT_MAX];

    final int[] at = new int[COUNT_MAX];
    /** Whether messages are shown in the common format; otherwise it is only asked where they stand. */
    final boolean shows;

    Status status;
    long next;
    long begin;
    long end;
    int count;
    int bytes;
    boolean cold;
    /** What has yet to choose among the messages, and how many and how much; null where they are chosen. */
    ContentFilter content;

    /** Native bytes after which no further message is taken. */
    int limit;

    int contentCountMax;
    int contentBytesMax;

    public FetchResult() {
        this(true);
    }

    private FetchResult(boolean shows) {
        this.shows = shows;
    }

    /** One that finds out where messages stand, for those who read them as they were sent. */
    public static FetchResult ofPlaces() {
        return new FetchResult(false);
    }

    /**
     * Shows messages in the common format that are in another one; of one that makes no sense nothing is left. Leaves those
     * for the next fetch that would not fit then; the first one is kept whatever its size.
     */
    void show(MessageRenderer rendering, int bytesMax) {
        if (!shows || !rendering.isNeeded()) {
            return;
        }
        bytes = 0;
        int found = count;
        for (int i = 0; i < found; i++) {
            if (at[i] >= 0 && rendering.isForeign(segments[i], at[i])) {
                ByteBuffer shown = rendering.show(segments[i], at[i], lengths[i], positions[i]);
                segments[i] = shown == null ? NOTHING : shown;
                at[i] = -RecordFormat.NATIVE;
                lengths[i] = segments[i].capacity();
            }
            if (i > 0 && bytes + lengths[i] > bytesMax) {
                count = i; // what it grew to counts: the rest is for the next one
                next = offsets[i];
                return;
            }
            bytes += lengths[i];
        }
    }

    void clear() {
        count = 0;
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

    /** Adds a copy of a message, as it is shown. */
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

    /** Offset to read at next. */
    public long next() {
        return next;
    }

    /** Oldest offset kept. */
    public long begin() {
        return begin;
    }

    /** Offset of the next message to come. */
    public long end() {
        return end;
    }

    public int count() {
        return count;
    }

    /** Native bytes of all messages together. */
    public int bytes() {
        return bytes;
    }

    /** Whether reading the messages may have to wait for the disk: then read them through {@link Broker#beginRead}. */
    public boolean isCold() {
        return cold;
    }

    public long offset(int i) {
        return offsets[i];
    }

    /** Where the message's record stands in the log. */
    public long position(int i) {
        return positions[i];
    }

    /** Length of the message's native bytes. */
    public int length(int i) {
        return lengths[i];
    }

    /** The messages found, to be read by another thread; {@link ColdRead#end} must follow. */
    ColdRead detach(Log log, MessageRenderer rendering) {
        ColdRead read = new ColdRead(
                log,
                log.readBegins(),
                rendering,
                Arrays.copyOf(segments, count),
                Arrays.copyOf(at, count),
                Arrays.copyOf(positions, count),
                Arrays.copyOf(lengths, count),
                Arrays.copyOf(offsets, count),
                bytes,
                limit,
                next);
        if (content != null) {
            read.choose(content, contentCountMax, contentBytesMax);
        }
        return read;
    }

    /** Copies the native bytes of all messages, one behind the other, to the buffer's index. */
    public void copy(ByteBuffer out, int index) {
        int to = index;
        for (int i = 0; i < count; i++) {
            out.put(to, segments[i], at[i] + RecordFormat.NATIVE, lengths[i]);
            to += lengths[i];
        }
    }
}
