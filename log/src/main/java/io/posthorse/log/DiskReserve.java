package io.posthorse.log;

import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import java.io.IOException;

/**
 * The file {@code reserve}: allocated blocks that nothing is written to. When the disk is full, acknowledgements, cursors,
 * administration and checkpoints get their room from it, so that a full disk can always be drained. It survives restarts,
 * and is refilled before anything else gets room.
 */
final class DiskReserve {
    static final String NAME = "reserve";
    /** Minimum bytes released to the disk at a time. */
    private static final int STEP = 256 << 10;
    /** Divisor of the part that {@link #lend} never uses: an eighth. */
    private static final int KEPT = 8;

    private final FileStore files;
    private final int wanted;
    private long size;
    /** Whether a part was released, or could not be allocated when the directory was opened. */
    private boolean isShort;

    DiskReserve(FileStore files, int wanted) throws IOException {
        this.files = files;
        this.wanted = wanted;
        boolean isThere = files.list().contains(NAME);
        if (isThere) {
            try (StoredFile file = files.open(NAME)) {
                size = Math.min(wanted, file.size());
            }
        }
        long missing = wanted - size;
        isShort = missing > 0 && (isThere || files.usableBytes() < 2L * missing);
    }

    /** Returns whether the reserve must be refilled before anything but small events gets new room. */
    boolean isShort() {
        return isShort;
    }

    /** Returns the present size in bytes. */
    long size() {
        return size;
    }

    /** Returns whether at least the given fraction is left, one in {@code part}: 2 for half. */
    boolean isAbove(int part) {
        return size * part >= wanted;
    }

    /** Returns the free bytes of the disk, without the reserve; 0 where they are unknown. */
    long usableBytes() {
        try {
            return files.usableBytes();
        } catch (IOException e) {
            return 0;
        }
    }

    /** Returns the bytes that the reserve lacks. */
    long missing() {
        return Math.max(0, wanted - size);
    }

    boolean isWhole() {
        return size >= wanted;
    }

    /**
     * Refills the reserve as far as the disk has room. The system reserves blocks without writing them.
     *
     * @return whether it is whole again, or was never used
     */
    boolean fill() {
        if (isWhole()) {
            return true;
        }
        try (StoredFile file = files.open(NAME)) {
            while (size < wanted) {
                long next = Math.min(wanted, size + Math.max(STEP, wanted / 16));
                file.allocate(size, next);
                size = next;
            }
        } catch (IOException full) {
            return !isShort; // tried again later
        }
        isShort = false;
        return true;
    }

    /**
     * Releases as much as the disk lacks to have {@code need} bytes free. Returns false where the reserve is too small; an
     * eighth of it stays for acknowledgements.
     */
    boolean lend(long need) {
        long lacks = Math.max(0, need - usableBytes());
        return lacks == 0 || lacks <= size - wanted / KEPT && release(lacks);
    }

    /** Releases at least the given bytes to the disk. Returns false once the reserve is empty. */
    boolean release(long bytes) {
        if (size == 0) {
            return false;
        }
        long left = Math.max(0, size - Math.max(bytes, Math.min(STEP, wanted / 16)));
        try (StoredFile file = files.open(NAME)) {
            file.truncate(left);
        } catch (IOException e) {
            return false;
        }
        size = left;
        isShort = true;
        return true;
    }
}
