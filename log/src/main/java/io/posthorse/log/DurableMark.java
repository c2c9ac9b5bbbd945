package io.posthorse.log;

import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * The file {@code durable}: the position up to which the log was certainly on stable storage, and how the last run ended.
 * Two slots of 64 bytes are written alternately, so one is always whole. It records only what has happened, so an outdated
 * slot says less, but nothing false.
 *
 * <pre>
 *   0  u64  magic     "PHMARK" and two zeros
 *   8  u32  version   2
 *  12  u8   state     0 running, 1 closed, 2 failed: a write or a force did not succeed
 *  13  u8   sync      1 where the flush mode was sync
 *  14  u16  zero
 *  16  u64  sequence  the higher slot counts
 *  24  u64  position  everything below is durable
 *  32  u64  boot      hash of the operating system's boot id
 *  40  u32  epoch     of the run
 *  44  u32  crc32c    of bytes 0 to 44
 *  48  u64  volume    identifies how it was attached to the operating system; 0 where unknown
 *  56  u32  crc32c    of bytes 48 to 56
 * </pre>
 *
 * In version 1 the bytes from 48 on were zeros.
 */
final class DurableMark {
    static final String NAME = "durable";
    private static final long MAGIC = 0x50484D41524B0000L;
    private static final int VERSION = 2;
    private static final byte RUNNING = 0;
    private static final byte CLOSED = 1;
    private static final byte FAILED = 2;
    private static final int SLOT = 64;
    private static final int FORCED_EVERY = 64;

    private final StoredFile file;
    private final long boot;
    private final long volume;
    private final boolean sync;
    private long sequence;
    private int epoch;
    /** Position in the newest slot. */
    private long position;

    /**
     * The mark of the last run; {@code epoch} is 0 where there was none.
     *
     * @param kept whether unforced writes are certainly still there: neither the machine nor the volume went down, and no
     *     write failed
     */
    record Last(long position, boolean closed, boolean kept, boolean sync, int epoch) {}

    private DurableMark(StoredFile file, long boot, long volume, boolean sync) {
        this.volume = volume;
        this.file = file;
        this.boot = boot;
        this.sync = sync;
    }

    static DurableMark open(FileStore files, boolean sync) throws IOException {
        return new DurableMark(files.open(NAME), hash(files.bootId()), files.volumeId(), sync);
    }

    private static long hash(String text) {
        long h = 0xcbf29ce484222325L;
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            h = (h ^ b) * 0x100000001b3L;
        }
        return h;
    }

    Last read() throws IOException {
        Last best = new Last(0, true, true, sync, 0);
        for (int i = 0; i < 2; i++) {
            ByteBuffer slot = ByteBuffer.allocate(SLOT);
            // a short file lacks only zeros, as it would hold after a write of the other slot
            file.read((long) i * SLOT, slot);
            if (slot.getLong(0) != MAGIC || slot.getInt(44) != crc(slot, 0, 44)) {
                continue;
            }
            if (slot.getInt(8) > VERSION) {
                throw new NewerFormatException(NAME, slot.getInt(8), VERSION);
            }
            if (slot.getLong(16) > sequence) {
                sequence = slot.getLong(16);
                boolean isOld = slot.getInt(8) < VERSION; // an old slot names no volume; of a newer one half may be lost
                boolean kept = slot.getLong(32) == boot && slot.get(12) != FAILED && (isOld
                        || slot.getInt(56) == crc(slot, 48, 56) && isAttachedAsBefore(slot.getLong(48)));
                best = new Last(slot.getLong(24), slot.get(12) == CLOSED, kept, slot.get(13) == 1, slot.getInt(40));
            }
        }
        return best;
    }

    private boolean isAttachedAsBefore(long before) {
        boolean comparable = before != 0 && volume != 0 && before >>> 32 == volume >>> 32;
        return !comparable || before == volume;
    }

    /** Notes that a write or a force failed, if the disk still accepts it. The background calls it. */
    void failed() throws IOException {
        put(position, FAILED);
        file.force();
    }

    /** Begins a run: the state becomes "running". */
    void begin(long upTo, int runEpoch) throws IOException {
        epoch = runEpoch;
        put(upTo, RUNNING);
        file.force();
    }

    /**
     * Writes the mark. The background calls it, one call at a time. Forces the mark too, so that after a crash of the
     * machine it is nearly up to date; with sync, where forces follow one another, only every {@link #FORCED_EVERY}th time.
     */
    void write(long upTo) throws IOException {
        put(upTo, RUNNING);
        if (!sync || sequence % FORCED_EVERY == 0) {
            file.force();
        }
    }

    /** Closes the file without a note of a clean end. */
    void abandon() throws IOException {
        file.close();
    }

    void close(long upTo) throws IOException {
        put(upTo, CLOSED);
        file.force();
        file.close();
    }

    private void put(long upTo, byte state) throws IOException {
        position = upTo;
        ByteBuffer slot = ByteBuffer.allocate(SLOT);
        sequence++;
        slot.putLong(0, MAGIC).putInt(8, VERSION).put(12, state).put(13, (byte) (sync ? 1 : 0));
        slot.putLong(16, sequence).putLong(24, position).putLong(32, boot).putInt(40, epoch);
        slot.putLong(48, volume);
        slot.putInt(44, crc(slot, 0, 44)).putInt(56, crc(slot, 48, 56));
        file.write((sequence & 1) * SLOT, slot);
    }

    private static int crc(ByteBuffer slot, int from, int to) {
        CRC32C crc = new CRC32C();
        crc.update(slot.array(), from, to - from);
        return (int) crc.getValue();
    }
}
