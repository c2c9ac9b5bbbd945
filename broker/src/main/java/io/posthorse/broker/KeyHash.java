package io.posthorse.broker;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The hashes by which messages are found by key: of the topic's name and of the key, as bytes of UTF-8. */
public final class KeyHash {
    private static final VarHandle EIGHT = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long UPPER_BITS = 0x8080808080808080L;
    private static final long EVERY_SECOND_BYTE = 0x00FF00FF00FF00FFL;
    private static final long EVERY_SECOND_PAIR = 0x0000FFFF0000FFFFL;
    private static final int TO_THE_4TH = 31 * 31 * 31 * 31;
    @SuppressWarnings("ConstantOverflow") // like the sum it belongs to
    private static final int TO_THE_8TH = TO_THE_4TH * TO_THE_4TH;

    private KeyHash() {}

    /**
     * Returns the hash of some bytes, for {@link #of}: {@link java.util.Arrays#hashCode(byte[])}, but with initial value 0.
     */
    public static int text(byte[] bytes, int from, int length) {
        int hash = 0;
        int i = from;
        int end = from + length;
        for (; i + 8 <= end; i += 8) {
            long eight = (long) EIGHT.get(bytes, i);
            if ((eight & UPPER_BITS) != 0) {
                break; // bytes are signed in Java
            }
            hash = hash * TO_THE_8TH + ascii(eight);
        }
        for (; i < end; i++) {
            hash = hash * 31 + bytes[i];
        }
        return hash;
    }

    /** Returns the hash of eight bytes below 128, the first one lowest: joins neighbours, then pairs, then fours. */
    private static int ascii(long eight) {
        long pairs = (eight & EVERY_SECOND_BYTE) * 31 + (eight >>> 8 & EVERY_SECOND_BYTE); // each below 2^12
        long fours = (pairs & EVERY_SECOND_PAIR) * (31 * 31) + (pairs >>> 16 & EVERY_SECOND_PAIR); // each below 2^22
        return (int) fours * TO_THE_4TH + (int) (fours >>> 32);
    }

    /** Returns the hash of a key in a topic, from the hashes of both names. */
    public static int of(int topic, int key) {
        int mixed = topic * 0x9E3779B9 + key;
        mixed = (mixed ^ mixed >>> 16) * 0x85EBCA6B; // the last steps of MurmurHash3, by Austin Appleby
        mixed = (mixed ^ mixed >>> 13) * 0xC2B2AE35;
        return mixed ^ mixed >>> 16;
    }
}
