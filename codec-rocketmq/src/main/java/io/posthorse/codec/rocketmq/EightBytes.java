package io.posthorse.codec.rocketmq;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Eight bytes of an array at a time, the first one lowest in a long. What is found in them is a word with the highest bit of
 * bytes set; the lowest bit that is set is right, others may be set by a borrow (Warren, "Hacker's Delight", 6-1).
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

    /** Finds the bytes that are an ASCII character. */
    static long equal(long word, char c) {
        long different = word ^ ONES * c;
        return different - ONES & ~different & HIGHEST;
    }

    /** Finds the bytes that are, without a sign, below a bound of at most 128. */
    static long below(long word, int bound) {
        return word - ONES * bound & ~word & HIGHEST;
    }

    /** How many bytes stand before the first that was found. */
    static int before(long found) {
        return Long.numberOfTrailingZeros(found) >>> 3;
    }
}
