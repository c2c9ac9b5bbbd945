package io.posthorse.codec.rocketmq;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Finds a byte in a range of an array, eight bytes at a time. */
public final class ByteSearch {
    private static final VarHandle EIGHT = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long UPPER_BITS = 0x8080808080808080L;

    private ByteSearch() {}

    /** Returns the index of the first such byte from {@code from} on and before {@code end}, or {@code end}. */
    public static int first(byte[] text, int from, int end, byte wanted) {
        long pattern = ONES * (wanted & 0xFF);
        int i = from;
        for (; i + 8 <= end; i += 8) {
            long zeroWhereFound = (long) EIGHT.get(text, i) ^ pattern;
            // subtracting one borrows from a zero's upper bit; the lowest such bit is exact, those above may not be
            long found = zeroWhereFound - ONES & ~zeroWhereFound & UPPER_BITS;
            if (found != 0) {
                return i + (Long.numberOfTrailingZeros(found) >>> 3);
            }
        }
        while (i < end && text[i] != wanted) {
            i++;
        }
        return i;
    }
}
