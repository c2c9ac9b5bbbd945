package io.posthorse.broker;

import io.posthorse.log.Log;
import io.posthorse.log.RecordCheck;
import io.posthorse.log.RecordFormat;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;

/**
 * A read of messages as their producers sent them, which may have to come from the disk: the owner finds them, another
 * thread verifies and copies them. Segments that are dropped meanwhile stay until its end.
 */
public final class OriginalRead {
    /** Maximum messages of a batch. */
    private static final int FIRST_MAX = 256;
    /** Bytes after which a batch takes no further message. */
    private static final long FIRST_BYTES_MAX = 1 << 20;

    private final long number;
    private final RecordCheck check = new RecordCheck();
    private final List<Place> places = new ArrayList<>();
    private final List<Copy> copies = new ArrayList<>();

    /** A place of a message: a segment's bytes, and the index of its record in them. */
    private record Place(ByteBuffer segment, int at, long position, int length) {}

    /**
     * A copy of one message.
     *
     * @param delivered whether the disk delivered it
     * @param content its native bytes; null where its record is damaged, or was not delivered
     */
    record Copy(long position, byte format, boolean delivered, ByteBuffer content) {
        /** Returns the bytes as {@link OriginalMessages#at} does. */
        ByteBuffer bytes() {
            if (!delivered) {
                throw new IllegalStateException("the disk could not deliver the message");
            }
            return content == null ? null : content.duplicate();
        }

        int size() {
            return content == null ? 0 : content.capacity();
        }
    }

    OriginalRead(Log log, FetchResult found, LongPredicate wanted) {
        this.number = log.beginRead();
        for (int i = 0; i < found.count; i++) {
            if (wanted.test(found.offsets[i])) {
                places.add(new Place(found.segments[i], found.at[i], found.positions[i], found.lengths[i]));
            }
        }
    }

    private OriginalRead(Log log) {
        this.number = log.beginRead();
    }

    /** Begins to read the first messages of a result: a bounded batch. */
    static OriginalRead ofFirst(Log log, FetchResult found) {
        OriginalRead read = new OriginalRead(log);
        long bytes = 0;
        for (int i = 0; i < Math.min(found.count, FIRST_MAX) && bytes < FIRST_BYTES_MAX; i++) {
            if (found.at[i] >= 0) {
                read.places.add(new Place(found.segments[i], found.at[i], found.positions[i], found.lengths[i]));
                bytes += found.lengths[i];
            }
        }
        return read;
    }

    /** Reads all; may wait for the disk. */
    public void read() {
        places.forEach(place -> copies.add(copy(place)));
    }

    private Copy copy(Place place) {
        try {
            ByteBuffer segment = place.segment.duplicate();
            if (!check.isWhole(segment, place.at, place.position)
                    || place.segment.get(place.at + RecordFormat.TYPE) != RecordFormat.TYPE_MESSAGE) {
                return new Copy(place.position, (byte) 0, true, null);
            }
            byte[] bytes = new byte[place.length];
            place.segment.get(place.at + RecordFormat.NATIVE, bytes);
            byte format = place.segment.get(place.at + RecordFormat.FORMAT);
            return new Copy(place.position, format, true, ByteBuffer.wrap(bytes));
        } catch (InternalError e) {
            return new Copy(place.position, (byte) 0, false, null);
        }
    }

    List<Copy> copies() {
        return copies;
    }

    void end(Log log) {
        log.endRead(number);
    }
}
