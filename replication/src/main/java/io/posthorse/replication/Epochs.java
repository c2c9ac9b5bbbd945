package io.posthorse.replication;

import io.posthorse.log.NewerFormatException;
import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The runs of masters that wrote a log: a chance id for each, and the position at which it began. Two logs are the same up
 * to the end of the last epoch that both have. Kept in the file {@code epochs}:
 *
 * <pre>
 *   0  u64  magic    "PHEPOCHS"
 *   8  u32  version  1; 2 where epochs were left out
 *  12  u32  state    bit 0: the directory is a slave's; bit 1: a part of its log is damaged, and has to be fetched anew;
 *                    bit 2: epochs between the first and the second one were left out
 *  16  u32  count    of epochs, at most 1024: the first one of all, and the newest ones
 *  20  ...  epochs   each u64 id, u64 begin; begins never fall
 *      u32  crc32c   of everything before
 * </pre>
 *
 * The page docs/formats/epochs.md has the same table.
 *
 * @param follows whether the log is, or was last, that of a slave
 * @param isDamaged whether a part of the log was found damaged since it was fetched
 * @param hasGap whether epochs between the first and the second one were left out
 * @param list the oldest first; the first one tells the logs of one origin from those of others
 */
public record Epochs(boolean follows, boolean isDamaged, boolean hasGap, List<Epoch> list) {
    /** Name of the file. */
    public static final String FILE = "epochs";
    /** No epochs: a log that is empty, or of a release that did not know them. */
    public static final Epochs NONE = new Epochs(false, List.of());
    /** Maximum epochs that are kept. */
    static final int KEPT_MAX = 1_024;

    private static final String NEW = FILE + ".new";
    private static final long MAGIC = 0x504845504F434853L;
    private static final int VERSION = 2;
    private static final int VERSION_WITHOUT_GAP = 1;
    private static final int FOLLOWS = 1;
    private static final int DAMAGED = 2;
    private static final int GAP = 4;
    private static final int HEADER = 20;
    private static final int ENTRY = 16;

    /**
     * The run of a master.
     *
     * @param id chosen by chance, never 0
     * @param begin position of its first record
     */
    public record Epoch(long id, long begin) {}

    public Epochs(boolean follows, List<Epoch> list) {
        this(follows, false, false, list);
    }

    public Epochs {
        if (list.size() > KEPT_MAX) {
            List<Epoch> kept = new ArrayList<>(list.subList(list.size() - KEPT_MAX, list.size()));
            kept.set(0, list.getFirst());
            list = kept;
            hasGap = true;
        }
        list = List.copyOf(list);
    }

    /** Returns whether the begins are possible positions that never fall. */
    static boolean isSane(List<Epoch> list) {
        long last = 0;
        for (Epoch epoch : list) {
            if (epoch.id == 0 || epoch.begin < last) {
                return false;
            }
            last = epoch.begin;
        }
        return true;
    }

    /** Returns those that a log with the given end has reached. */
    public Epochs upTo(long end) {
        return new Epochs(follows, isDamaged, hasGap, list.stream().filter(epoch -> epoch.begin <= end).toList());
    }

    /**
     * Returns these and one that begins at the end of the log. Those before that began there, too, but for the first of all,
     * had no record that is left, and go: a master that cannot start adds none with each attempt. A log that had records
     * before it had epochs gets one for these, too, so that whoever has some of them only is known as well.
     */
    public Epochs begun(long id, long end) {
        List<Epoch> all = new ArrayList<>();
        if (end > 0 && (list.isEmpty() || list.getFirst().begin > 0)) {
            all.add(new Epoch(id, 0));
        }
        for (Epoch epoch : upTo(end).list) {
            if (all.isEmpty() || epoch.begin < end) {
                all.add(epoch);
            }
        }
        all.add(new Epoch(id, end));
        return new Epochs(follows, isDamaged, hasGap && end > all.getFirst().begin, all);
    }

    /** Returns the same epochs as those of a log that follows a master, or does not. */
    public Epochs following(boolean isSlave) {
        return new Epochs(isSlave, isDamaged, hasGap, list);
    }

    /** Returns the same epochs as those of a slave's log that was found damaged. */
    public Epochs damaged() {
        return new Epochs(follows, true, hasGap, list);
    }

    /**
     * Returns the position up to which two logs are the same: the end of the last epoch that both have. Either log may end
     * before epochs of its list begin: it is a part of a log with them.
     *
     * @param end of the log with these epochs
     * @param otherEnd of the other log
     * @return 0 where the logs are of one origin, and it is not known any more up to where they are the same; -1 where they
     *     have no epoch in common
     */
    public long commonEnd(long end, Epochs other, long otherEnd) {
        for (int i = list.size() - 1; i >= 0; i--) {
            int j = other.list.lastIndexOf(list.get(i));
            if (j >= 0 && (i == 0 && hasGap || j == 0 && other.hasGap)) {
                return 0;
            }
            if (j >= 0) {
                return Math.min(endOf(i, end), other.endOf(j, otherEnd));
            }
        }
        return -1;
    }

    private long endOf(int index, long end) {
        return index + 1 < list.size() ? Math.min(list.get(index + 1).begin, end) : end;
    }

    // ---- the file

    /**
     * Reads the file of a directory; {@link #NONE} where there is none.
     *
     * @throws IOException where it is damaged, or of a later release
     */
    public static Epochs read(FileStore files) throws IOException {
        if (!files.list().contains(FILE)) {
            return NONE;
        }
        try (StoredFile file = files.openExisting(FILE)) {
            ByteBuffer in = ByteBuffer.allocate((int) Math.min(file.size(), HEADER + KEPT_MAX * ENTRY + 4));
            file.read(0, in);
            in.flip();
            boolean isWhole = in.limit() >= HEADER + 4 && in.getLong(0) == MAGIC
                    && in.getInt(in.limit() - 4) == crc(in, in.limit() - 4);
            if (isWhole && in.getInt(8) > VERSION) {
                throw new NewerFormatException(FILE, in.getInt(8), VERSION);
            }
            int count = isWhole ? in.getInt(16) : -1;
            List<Epoch> list = new ArrayList<>();
            if (count >= 0 && in.limit() == HEADER + (long) count * ENTRY + 4) {
                for (int at = HEADER; at < in.limit() - 4; at += ENTRY) {
                    list.add(new Epoch(in.getLong(at), in.getLong(at + 8)));
                }
            }
            if (count != list.size() || !isSane(list)) {
                throw new IOException("The file " + FILE + " in " + files.place() + " is damaged: it says since when this"
                        + " log and those of its slaves are the same. Delete it where this broker has no slaves; otherwise"
                        + " its slaves must then begin with empty directories. Nothing was changed.");
            }
            int state = in.getInt(12);
            return new Epochs((state & FOLLOWS) != 0, (state & DAMAGED) != 0, (state & GAP) != 0, list);
        }
    }

    /** Writes the file, and forces it. */
    public void write(FileStore files) throws IOException {
        ByteBuffer out = bytes();
        try (StoredFile file = files.open(NEW)) {
            file.truncate(0);
            file.write(0, out);
            file.force();
        }
        files.rename(NEW, FILE);
        files.forceNames();
    }

    private ByteBuffer bytes() {
        ByteBuffer out = ByteBuffer.allocate(HEADER + list.size() * ENTRY + 4);
        int state = (follows ? FOLLOWS : 0) | (isDamaged ? DAMAGED : 0) | (hasGap ? GAP : 0);
        out.putLong(MAGIC).putInt(hasGap ? VERSION : VERSION_WITHOUT_GAP).putInt(state).putInt(list.size());
        list.forEach(epoch -> out.putLong(epoch.id).putLong(epoch.begin));
        return out.putInt(crc(out, out.position())).flip();
    }

    private static int crc(ByteBuffer bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().limit(length).position(0));
        return (int) crc.getValue();
    }
}
