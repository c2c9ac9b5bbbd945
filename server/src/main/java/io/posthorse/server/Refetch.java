package io.posthorse.server;

import io.posthorse.log.DivergedCopy;
import io.posthorse.log.Import;
import io.posthorse.platform.DiskFileStore;
import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * A node of a cluster whose copy is not what the cluster has agreed on gives it up, and fetches everything anew at its next
 * start. It stays the same member: what it has promised to the others, its vote and the entries that it has acknowledged, is
 * in the engine's directory, and that stays as it is. So what it fetches has to reach to where that begins, and to where its
 * old checkpoint was.
 *
 * <p>The file {@code refetch}, or {@code refetch-begun} until the copy is set aside, says so, and names that checkpoint's
 * entry; docs/formats/group-files.md has its bytes.
 */
public final class Refetch {
    /** What an operator is told to do. */
    static final String COMMAND = "posthorse cluster refetch --data DIR";

    /** The sentence for an operator of a node that has diverged. */
    static final String ADVICE = "It answers nobody any more, and the cluster goes on with the others. Run \"" + COMMAND
            + "\" with its data directory, which sets its copy aside, and start it again: it fetches everything anew";

    private static final String NOTE = "refetch";
    private static final String BEGUN = "refetch-begun";
    private static final long MAGIC = 0x50485245464E4557L; // PHREFNEW
    private static final int VERSION = 1;
    /** Bytes that the checksum behind them covers. */
    private static final int CHECKED = 20;
    private static final int BYTES = CHECKED + 4;

    private Refetch() {}

    /**
     * Sets the copy in a directory aside. The node must not be running.
     *
     * @return number of files that were set aside
     * @throws IOException where it is no directory of a node, or is in use; nothing has changed then
     */
    public static int prepare(Path directory) throws IOException {
        DataDirectory.requireOurs(directory, null);
        if (DiskFileStore.entries(directory).isEmpty()) {
            throw new IOException("There is no data directory " + directory.toAbsolutePath() + ". Nothing was changed.");
        }
        try (DiskFileStore files = DiskFileStore.open(directory)) {
            if (!files.list().contains("node")) {
                throw new IOException("The data directory " + directory.toAbsolutePath() + " is not that of a node of a"
                        + " cluster, so there is nobody to fetch from. Nothing was changed.");
            }
            if (!files.list().contains(NOTE) || Import.hasCopy(files)) {
                write(files, Math.max(noted(files), entry(files)));
            }
            return setAside(files);
        }
    }

    private static long entry(FileStore files) {
        try {
            return DivergedCopy.entry(files);
        } catch (IOException e) {
            return -1; // it cannot be read: the engine's log has to say how far the new one must reach
        }
    }

    private static void write(FileStore files, long entry) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(BYTES).putLong(0, MAGIC).putInt(8, VERSION).putLong(12, entry);
        try (StoredFile file = files.open(BEGUN)) {
            file.truncate(0);
            file.write(0, out.putInt(CHECKED, crc(out)));
            file.force();
        }
        files.forceNames();
    }

    private static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.array(), 0, CHECKED);
        return (int) crc.getValue();
    }

    private static int setAside(FileStore files) throws IOException {
        int count = 0;
        if (files.list().contains(BEGUN)) {
            count = DivergedCopy.setAside(files);
            files.rename(BEGUN, NOTE);
            files.forceNames();
        }
        return count;
    }

    /** Returns whether a copy has to be fetched before the node takes part, and ends what an earlier process has begun. */
    static boolean isDue(FileStore files) throws IOException {
        setAside(files);
        if (files.list().contains(NOTE) && Import.hasCopy(files)) {
            Import.finish(files);
            files.delete(NOTE);
            files.forceNames();
        }
        return files.list().contains(NOTE);
    }

    /** Returns the entry that the fetched copy must reach; -1 where the old one did not say, or there is no note. */
    static long noted(FileStore files) throws IOException {
        String name = files.list().contains(BEGUN) ? BEGUN : NOTE;
        if (!files.list().contains(name)) {
            return -1;
        }
        ByteBuffer in = ByteBuffer.allocate(BYTES);
        try (StoredFile file = files.openExisting(name)) {
            file.read(0, in);
        }
        if (in.hasRemaining() || in.getLong(0) != MAGIC || in.getInt(CHECKED) != crc(in)) {
            throw new IOException("The file " + name + " in " + files.place() + " is damaged. Delete it, and run \""
                    + COMMAND + "\" again");
        }
        if (in.getInt(8) != VERSION) {
            throw new IOException("The file " + name + " in " + files.place() + " has version " + in.getInt(8)
                    + "; this release knows version " + VERSION + ". Start the newer release");
        }
        return in.getLong(12);
    }
}
