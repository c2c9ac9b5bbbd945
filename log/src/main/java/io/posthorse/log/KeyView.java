package io.posthorse.log;

import java.nio.ByteBuffer;

/** A mapped key file, each block of which is checked at its first read. */
final class KeyView {
    final int entries;
    final long firstMs;
    final long lastMs;
    private final CheckedBytes bytes;
    private final int body;

    KeyView(ByteBuffer bytes, int sums, int body, Object file) {
        this.entries = bytes.getInt(12);
        this.firstMs = bytes.getLong(32);
        this.lastMs = bytes.getLong(40);
        this.body = body;
        this.bytes = new CheckedBytes(bytes, sums, body, (all, from, to) -> true, file);
    }

    /** Returns the i-th entry. */
    long entry(int i) {
        return bytes.getLong(body + i * Long.BYTES);
    }

    /** Returns the number of entries not greater than a bound. */
    int upTo(long bound) {
        int low = 0;
        int high = entries;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (entry(middle) <= bound) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    int length() {
        return bytes.capacity();
    }
}
