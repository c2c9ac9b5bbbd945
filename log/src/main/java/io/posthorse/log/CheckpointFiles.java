package io.posthorse.log;

import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The state of the layer above at one position of the log. Written under another name, forced, and renamed, so a
 * checkpoint is whole or not there; the two newest are kept.
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
 */
final class CheckpointFiles {
    private static final String SUFFIX = ".checkpoint";
    private static final String UNFINISHED = "unfinished";
    private static final long MAGIC = 0x5048434B50540000L;
    private static final int VERSION = 1;
    private static final int HEADER = 32;
    private static final int KEPT = 2;

    /** What a checkpoint holds. */
    record Checkpoint(long position, ByteBuffer state) {}

    private final FileStore files;
    /** Names of what is kept, newest first; null before this run's first one. */
    private ArrayDeque<String> kept;

    CheckpointFiles(FileStore files) {
        this.files = files;
    }

    /** Run by the background. */
    void write(long position, ByteBuffer state) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(HEADER);
        header.putLong(0, MAGIC).putInt(8, VERSION).putInt(12, state.remaining()).putLong(16, position);
        header.putInt(24, crc(state)).putInt(28, crc(header.duplicate().limit(28)));
        try (StoredFile file = files.open(UNFINISHED)) {
            file.truncate(0);
            file.write(0, header);
            file.write(HEADER, state.duplicate());
            file.force();
        }
        String name = "%020d%s".formatted(position, SUFFIX);
        files.rename(UNFINISHED, name);
        files.forceNames();
        keep(name);
    }

    /** The directory is looked through once a run: a log of terabytes has many files. */
    private void keep(String name) throws IOException {
        if (kept == null) {
            kept = new ArrayDeque<>(names(files));
        } else {
            kept.addFirst(name);
        }
        while (kept.size() > KEPT) {
            files.delete(kept.getLast());
            kept.removeLast();
        }
    }

    /** The newest undamaged checkpoint of a directory, or null where there is none. */
    static Checkpoint newest(FileStore files) throws IOException {
        for (String name : names(files)) {
            try (StoredFile file = files.open(name)) {
                Checkpoint checkpoint = read(name, file);
                if (checkpoint != null) {
                    return checkpoint;
                }
            }
        }
        return null;
    }

    /** The position that a file name says, or -1 where it is not a checkpoint's name. */
    static long position(String name) {
        return name.matches("\\d{20}\\.checkpoint") ? Long.parseLong(name, 0, 20, 10) : -1;
    }

    /** Position of the newest whole checkpoint below another one's; 0 where there is none. Reads it. */
    static long older(FileStore files, long position) throws IOException {
        for (String name : names(files)) {
            try (StoredFile file = files.openExisting(name)) {
                Checkpoint checkpoint = read(name, file);
                if (checkpoint != null && checkpoint.position() < position) {
                    return checkpoint.position();
                }
            }
        }
        return 0;
    }

    private static List<String> names(FileStore files) throws IOException {
        return files.list().stream()
                .filter(n -> n.endsWith(SUFFIX))
                .sorted(Comparator.reverseOrder())
                .toList();
    }

    private static Checkpoint read(String name, StoredFile file) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(HEADER);
        file.read(0, header);
        if (header.hasRemaining() || header.getLong(0) != MAGIC
                || header.getInt(28) != crc(header.duplicate().position(0).limit(28))) {
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
        return crc(state.flip()) == header.getInt(24) ? new Checkpoint(header.getLong(16), state) : null;
    }

    private static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate());
        return (int) crc.getValue();
    }
}
