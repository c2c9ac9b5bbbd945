package io.posthorse.broker;

import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.CRC32C;

/**
 * The file {@code set-aside}: positions of records that an operator has chosen to skip. A command writes it while no broker
 * has the directory open; each start skips these records and reports them.
 *
 * <pre>
 *   0  u64  magic    "PHASIDE" and a zero
 *   8  u32  version  1
 *  12  u32  count
 *  16  u32  crc32c   of the positions
 *  20  u32  crc32c   of bytes 0 to 20
 *  24  count x u64   positions, ascending
 * </pre>
 */
public final class SetAside {
    static final String NAME = "set-aside";
    private static final String UNFINISHED = "unfinished-set-aside";
    private static final long MAGIC = 0x5048415349444500L;
    private static final int VERSION = 1;
    private static final int HEADER = 24;
    private static final int COUNT_MAX = 100_000;

    private SetAside() {}

    /**
     * Reads the positions of a directory; none where the file does not exist.
     *
     * @throws IOException also where the file is damaged: without it a start could fail, or differ from the last one
     */
    static Set<Long> read(FileStore files) throws IOException {
        TreeSet<Long> positions = new TreeSet<>();
        if (!files.list().contains(NAME)) {
            return positions;
        }
        try (StoredFile file = files.open(NAME)) {
            ByteBuffer header = ByteBuffer.allocate(HEADER);
            file.read(0, header);
            int count = header.hasRemaining() ? -1 : header.getInt(12);
            if (header.getLong(0) != MAGIC || header.getInt(20) != crc(header.duplicate().position(0).limit(20))
                    || header.getInt(8) != VERSION || count < 0 || count > COUNT_MAX
                    || file.size() < HEADER + count * 8L) {
                throw damaged();
            }
            ByteBuffer body = ByteBuffer.allocate(count * 8);
            file.read(HEADER, body);
            if (crc(body.flip()) != header.getInt(16)) {
                throw damaged();
            }
            while (body.hasRemaining()) {
                positions.add(body.getLong());
            }
            return positions;
        }
    }

    private static IOException damaged() {
        return new IOException("The file " + NAME + " in the data directory is damaged. It lists the records set"
                + " aside: delete it, and set aside again what the next start names.");
    }

    /**
     * Adds a position.
     *
     * @return present number of positions
     */
    public static int add(FileStore files, long position) throws IOException {
        Set<Long> positions = read(files);
        positions.add(position);
        if (positions.size() > COUNT_MAX) {
            throw new IOException(COUNT_MAX + " records are set aside already: restore the directory from a backup");
        }
        ByteBuffer bytes = ByteBuffer.allocate(HEADER + positions.size() * 8);
        bytes.position(HEADER);
        positions.forEach(bytes::putLong);
        bytes.putLong(0, MAGIC).putInt(8, VERSION).putInt(12, positions.size());
        bytes.putInt(16, crc(bytes.duplicate().position(HEADER)));
        bytes.putInt(20, crc(bytes.duplicate().position(0).limit(20)));
        files.delete(UNFINISHED);
        try (StoredFile file = files.open(UNFINISHED)) {
            file.write(0, bytes.position(0));
            file.force();
        }
        files.rename(UNFINISHED, NAME);
        files.forceNames();
        return positions.size();
    }

    private static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate());
        return (int) crc.getValue();
    }
}
