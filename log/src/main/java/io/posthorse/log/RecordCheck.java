package io.posthorse.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Checks records by their checksum; one for each thread that does. */
public final class RecordCheck {
    private final CRC32C crc = new CRC32C();

    /** Whether a whole, undamaged record of that position begins at an index. Moves the buffer's position and limit. */
    public boolean isWhole(ByteBuffer bytes, int at, long position) {
        return RecordFormat.valid(bytes, at, position, bytes.capacity(), crc);
    }
}
