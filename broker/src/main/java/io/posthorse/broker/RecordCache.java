package io.posthorse.broker;

import java.util.LinkedHashMap;
import java.util.function.LongPredicate;

/** A cache of messages read from the disk, by position: the latest ones up to a number of bytes. */
final class RecordCache {
    /** Maximum bytes of all brokers of the process. */
    private static final int BYTES_MAX = 16 << 20;
    /** Overhead of a copy in bytes. */
    private static final int EACH = 192;

    private final LinkedHashMap<Long, OriginalRead.Copy> byAge = new LinkedHashMap<>();
    private final LongPredicate isWholeAgain;
    private final int bytesMax;
    private long bytes;

    /**
     * @param brokers number of brokers in this process
     * @param isWholeAgain whether the record at a position, which was found damaged, was repaired meanwhile
     */
    RecordCache(int brokers, LongPredicate isWholeAgain) {
        this.bytesMax = BYTES_MAX / brokers;
        this.isWholeAgain = isWholeAgain;
    }

    boolean isEmpty() {
        return byAge.isEmpty();
    }

    /** Returns the copy of a message; null where there is none, or where it says less than the disk does by now. */
    OriginalRead.Copy at(long position) {
        OriginalRead.Copy copy = byAge.get(position);
        if (copy != null && copy.delivered() && copy.content() == null && isWholeAgain.test(position)) {
            forget(position);
            return null;
        }
        return copy;
    }

    /** Adds a copy and displaces the oldest ones where there is no room; the new one stays whatever its size. */
    void add(OriginalRead.Copy copy) {
        forget(copy.position()); // several reads may have had it
        byAge.put(copy.position(), copy);
        bytes += EACH + copy.size();
        while (bytes > bytesMax && byAge.size() > 1) {
            forget(byAge.firstEntry().getKey());
        }
    }

    /** Drops a copy, so that it is read again. */
    void forget(long position) {
        OriginalRead.Copy gone = byAge.remove(position);
        bytes -= gone == null ? 0 : EACH + gone.size();
    }
}
