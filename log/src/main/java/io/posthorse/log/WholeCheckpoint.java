package io.posthorse.log;

import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A checkpoint as releases before 2026-11-30 wrote it: all of the state in one piece. It is read, but no longer written.
 *
 * <pre>
 *   0  u64  magic     "PHCKPT" and two zeros
 *   8  u32  version   1
 *  12  u32  length    of the state in bytes
 *  16  u64  position  the state is that of all records below
 *  24  u32  crc32c    of the state
 *  28  u32  crc32c    of bytes 0 to 28
 *  32  ...  state
 * </pre>
 *
 * @param position the state is that of all records below
 */
record WholeCheckpoint(long position, ByteBuffer state) {
    private static final int VERSION = 1;
    private static final int HEADER = 32;

    /** Returns the position in a file name, or -1 where it is not the name of such a checkpoint. */
    static long position(String name) {
        return name.matches("0\\d{19}\\.checkpoint") ? Long.parseLong(name, 0, 20, 10) : -1;
    }

    /** Reads a file; returns null where it is damaged. */
    static WholeCheckpoint read(FileStore files, String name) throws IOException {
        try (StoredFile file = files.openExisting(name)) {
            ByteBuffer header = ByteBuffer.allocate(HEADER);
            file.read(0, header);
            if (header.hasRemaining() || header.getLong(0) != CheckpointFile.MAGIC
                    || header.getInt(28) != CheckedBytes.crc(header, 0, 28)) {
                return null;
            }
            if (header.getInt(8) > VERSION) {
                throw new NewerFormatException(name, header.getInt(8), VERSION);
            }
            int length = header.getInt(12);
            if (length < 0 || file.size() < (long) HEADER + length) {
                return null;
            }
            ByteBuffer state = ByteBuffer.allocate(length);
            file.read(HEADER, state);
            state.flip();
            return CheckedBytes.crc(state, 0, state.limit()) == header.getInt(24)
                    ? new WholeCheckpoint(header.getLong(16), state)
                    : null;
        }
    }
}
