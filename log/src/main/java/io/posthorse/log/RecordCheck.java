package io.posthorse.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** A check of records by their checksum; each thread uses its own. */
public final class RecordCheck {
    private final CRC32C crc = new CRC32C();

    /**
     * Returns whether a whole, undamaged record with the position begins at an index.
     */
    public boolean isWhole(ByteBuffer bytes, int at, long position) {
        return RecordFormat.valid(bytes, at, position, bytes.capacity(), crc);
    }
}
