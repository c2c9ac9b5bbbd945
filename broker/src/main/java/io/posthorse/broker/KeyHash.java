package io.posthorse.broker;

/** Hashes under which messages are found by key: of the topic's name and of the key, as bytes of UTF-8. */
public final class KeyHash {
    private KeyHash() {}

    /** The hash of some bytes, for {@link #of}. */
    public static int text(byte[] bytes, int from, int length) {
        int hash = 0;
        for (int i = from; i < from + length; i++) {
            hash = hash * 31 + bytes[i];
        }
        return hash;
    }

    /** The hash of a key in a topic, from the hashes of both names. */
    public static int of(int topic, int key) {
        int mixed = topic * 0x9E3779B9 + key;
        mixed = (mixed ^ mixed >>> 16) * 0x85EBCA6B; // the last steps of MurmurHash3, by Austin Appleby
        mixed = (mixed ^ mixed >>> 13) * 0xC2B2AE35;
        return mixed ^ mixed >>> 16;
    }
}
