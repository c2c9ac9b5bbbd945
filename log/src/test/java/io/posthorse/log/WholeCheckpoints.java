package io.posthorse.log;

import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Writes checkpoints as earlier releases did: all of the state in one file. */
final class WholeCheckpoints {
    private static final int HEADER = 32;

    private WholeCheckpoints() {}

    static void write(FileStore files, long position, ByteBuffer state) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(HEADER + state.remaining()).position(HEADER).put(state.duplicate());
        out.putLong(0, CheckpointFile.MAGIC).putInt(8, 1).putInt(12, state.remaining()).putLong(16, position);
        out.putInt(24, CheckedBytes.crc(out, HEADER, out.capacity())).putInt(28, CheckedBytes.crc(out, 0, 28));
        try (StoredFile file = files.open("%020d.checkpoint".formatted(position))) {
            file.write(0, out.clear());
            file.force();
        }
        files.forceNames();
    }
}
