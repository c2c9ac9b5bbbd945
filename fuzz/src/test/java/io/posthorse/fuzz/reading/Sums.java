package io.posthorse.fuzz.reading;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Corrects checksums, so that an input reaches the code behind them. */
public final class Sums {
    private Sums() {}

    /** Writes the CRC32C of a range at an index; does nothing where the range or the index is outside the buffer. */
    public static void put(ByteBuffer bytes, int at, int from, int to) {
        if (from >= 0 && from <= to && to <= bytes.capacity() && at >= 0 && at <= bytes.capacity() - 4) {
            CRC32C crc = new CRC32C();
            crc.update(bytes.duplicate().limit(to).position(from));
            bytes.putInt(at, (int) crc.getValue());
        }
    }
}
