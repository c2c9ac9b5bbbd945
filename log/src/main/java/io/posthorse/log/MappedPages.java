package io.posthorse.log;

import java.nio.ByteBuffer;

/**
 * Pages of a mapped file that the disk may be unable to deliver.
 *
 * <p>Where it is, a plain read of a mapped buffer throws an {@link InternalError}. The compiled code behind a checksum
 * does not: the fault there ends the JVM. So whoever hands mapped bytes to a checksum reads one byte of each page first.
 * The JVM notes the fault and throws a little later, at the next place where it looks for such errors, which may lie
 * behind the {@code catch} that waits for it. Coming back from a native method is such a place for certain.
 */
final class MappedPages {
    static final int BYTES = 4096;
    /** Keeps the reads from being taken for useless. */
    @SuppressWarnings("UnusedVariable")
    private static volatile byte read;

    private static final Object FAULTS = new Object();
    private static final ByteBuffer ZEROS = ByteBuffer.allocate(BYTES).asReadOnlyBuffer();

    private MappedPages() {}

    /**
     * Brings the bytes of a range into memory.
     *
     * @return true
     * @throws InternalError where the disk can't deliver them
     */
    static boolean resident(ByteBuffer buffer, int from, int to) {
        byte sum = 0;
        for (int at = from; at < to; at += BYTES) {
            sum ^= buffer.get(at);
        }
        sum ^= buffer.get(to - 1);
        if (sum == 77) {
            read = sum;
        }
        return !Thread.holdsLock(FAULTS); // the nearest native method: a fault is thrown here
    }

    /** Whether the disk delivers a range. */
    static boolean readable(ByteBuffer buffer, int from, int to) {
        try {
            return resident(buffer, from, to);
        } catch (InternalError e) {
            return false;
        }
    }

    /** Walks forward over mapped bytes, past the pages that the disk can't deliver. */
    static final class Walk {
        private final ByteBuffer buffer;
        private final int limit;
        /** Up to here everything since the last page that was left out can be read. */
        private int known;

        Walk(ByteBuffer buffer, int limit) {
            this.buffer = buffer;
            this.limit = limit;
        }

        /** The first place at or behind {@code at} from which so many bytes can be read, or one too close to the limit. */
        int from(int at, int need) {
            int place = at;
            known = Math.max(known, place);
            while (known < place + need && place + need <= limit) {
                int end = Math.min((known | BYTES - 1) + 1, limit);
                if (!readable(buffer, known, end)) {
                    place = end;
                }
                known = end;
            }
            return place;
        }

        /**
         * Past the pages that hold nothing but zeros, where {@code at} is the beginning of one. No record begins in such a
         * page, since its length would stand there.
         *
         * @param end a page that ends behind it is not looked at
         */
        int pastZeros(int at, int end) {
            int place = at;
            while ((place & BYTES - 1) == 0 && place <= end - BYTES && readable(buffer, place, place + BYTES)
                    && buffer.slice(place, BYTES).mismatch(ZEROS) < 0) {
                place += BYTES;
            }
            return place;
        }
    }
}
