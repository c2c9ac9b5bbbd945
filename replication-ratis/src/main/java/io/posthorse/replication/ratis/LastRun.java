package io.posthorse.replication.ratis;

import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * The file {@code last-run}: in which run of the operating system, and on which attachment of the volume, the engine was
 * last started. The page docs/formats/group-files.md has its bytes.
 */
final class LastRun {
    static final String NAME = "last-run";
    private static final long MAGIC = 0x504852554E000000L; // PHRUN
    private static final int VERSION = 1;
    private static final int BYTES = 36;

    private LastRun() {}

    /**
     * Returns whether everything that was written in the last run is certainly still there; false where the file is
     * missing or damaged, which a power cut explains.
     */
    static boolean isKept(FileStore files) throws IOException {
        if (!files.list().contains(NAME)) {
            return false;
        }
        ByteBuffer bytes = ByteBuffer.allocate(BYTES);
        try (StoredFile file = files.openExisting(NAME)) {
            file.read(0, bytes);
        }
        boolean isWhole = !bytes.hasRemaining() && bytes.getLong(0) == MAGIC && bytes.getInt(32) == crc(bytes);
        if (isWhole && bytes.getInt(8) > VERSION) {
            throw new IOException("The file " + NAME + " in " + files.place() + " has version " + bytes.getInt(8)
                    + ", of a newer release; this one knows version " + VERSION + ". Start the newer release");
        }
        long before = bytes.getLong(24);
        long now = files.volumeId();
        boolean isComparable = before != 0 && now != 0 && before >>> 32 == now >>> 32;
        return isWhole && bytes.getLong(16) == hash(files.bootId()) && (!isComparable || before == now);
    }

    /** Notes the beginning of a run. */
    static void begin(FileStore files) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES);
        bytes.putLong(0, MAGIC).putInt(8, VERSION).putLong(16, hash(files.bootId())).putLong(24, files.volumeId());
        bytes.putInt(32, crc(bytes));
        try (StoredFile file = files.open(NAME)) {
            file.write(0, bytes);
            file.force();
        }
    }

    private static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.array(), 0, 32);
        return (int) crc.getValue();
    }

    private static long hash(String text) {
        long h = 0xcbf29ce484222325L;
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            h = (h ^ b) * 0x100000001b3L;
        }
        return h;
    }
}
