package io.posthorse.codec.rocketmq;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Eight bytes of an array as a long, the first byte lowest. A search in them returns a long with the highest bit of each
 * byte that was found; only the lowest of these bits is certainly right, the others may be set by a borrow (Warren,
 * "Hacker's Delight", 6-1).
 */
final class EightBytes {
    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHEST = 0x8080808080808080L;

    private EightBytes() {}

    static long get(byte[] bytes, int at) {
        return (long) WORD.get(bytes, at);
    }

    static void set(byte[] bytes, int at, long word) {
        WORD.set(bytes, at, word);
    }

    /** Finds the bytes that equal an ASCII character. */
    static long equal(long word, char c) {
        long difference = word ^ ONES * c;
        return difference - ONES & ~difference & HIGHEST;
    }

    /** Finds the bytes that are, as unsigned numbers, below a bound of at most 128. */
    static long below(long word, int bound) {
        return word - ONES * bound & ~word & HIGHEST;
    }

    /** Returns the number of bytes before the first that was found. */
    static int before(long found) {
        return Long.numberOfTrailingZeros(found) >>> 3;
    }
}
