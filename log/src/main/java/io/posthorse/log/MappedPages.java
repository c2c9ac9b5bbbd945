package io.posthorse.log;

import java.nio.ByteBuffer;

/**
 * Access to pages of a mapped file that the disk may be unable to deliver.
 *
 * <p>A plain read of such a page throws an {@link InternalError}. The compiled code of a checksum does not: the fault there
 * ends the JVM. So every caller of a checksum first reads one byte of each page. The JVM notes the fault and throws a
 * little later, at the next place where it polls for such errors, possibly behind the {@code catch} meant for it. The
 * return from a native method is certainly such a place.
 */
final class MappedPages {
    static final int BYTES = 4096;
    /** Prevents the compiler from removing the reads. */
    @SuppressWarnings("UnusedVariable")
    private static volatile byte read;

    private static final Object FAULTS = new Object();
    private static final ByteBuffer ZEROS = ByteBuffer.allocate(BYTES).asReadOnlyBuffer();

    private MappedPages() {}

    /**
     * Loads the bytes of a range into memory.
     *
     * @return true
     * @throws InternalError where the disk cannot deliver them
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
        return !Thread.holdsLock(FAULTS); // the cheapest native method: a fault is thrown here
    }

    /** Returns whether the disk delivers a range. */
    static boolean readable(ByteBuffer buffer, int from, int to) {
        try {
            return resident(buffer, from, to);
        } catch (InternalError e) {
            return false;
        }
    }

    /** A forward walk over mapped bytes that skips pages the disk cannot deliver. */
    static final class Walk {
        private final ByteBuffer buffer;
        private final int limit;
        /** Index up to which everything since the last skipped page is readable. */
        private int known;

        Walk(ByteBuffer buffer, int limit) {
            this.buffer = buffer;
            this.limit = limit;
        }

        /**
         * Returns the first index at or behind {@code at} from which {@code need} bytes are readable, or one too close to
         * the limit.
         */
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
         * Returns the end of the pages of zeros from {@code at}, which is the begin of a page. No record begins in such a
         * page, since its length would not be zero.
         *
         * @param end bound: pages that end behind it are not examined
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
