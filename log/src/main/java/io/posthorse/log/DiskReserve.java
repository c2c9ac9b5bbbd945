package io.posthorse.log;

import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import java.io.IOException;

/**
 * The file {@code reserve}: real blocks that nothing is written to. Where the disk is full, acknowledgements, cursors,
 * administration and checkpoints take their room from here, so that a full disk can always be drained. It is kept over
 * restarts, and taken back before anything else gets room.
 */
final class DiskReserve {
    static final String NAME = "reserve";
    /** Given back to the disk at a time, at least. */
    private static final int STEP = 256 << 10;
    /** So much of it is lent to nobody: an eighth. */
    private static final int KEPT = 8;

    private final FileStore files;
    private final int wanted;
    private long size;
    /** Whether some of it was given away, or was not to be had when the directory was opened. */
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

    /** Whether it has to be filled before anything but small events gets new room. */
    boolean isShort() {
        return isShort;
    }

    /** Bytes that it has. */
    long size() {
        return size;
    }

    /** Whether at least the given part of it is left: 2 for half. */
    boolean isAbove(int part) {
        return size * part >= wanted;
    }

    /** Bytes that the disk has besides it; 0 where it does not say. */
    long usableBytes() {
        try {
            return files.usableBytes();
        } catch (IOException e) {
            return 0;
        }
    }

    /** Bytes that it lacks. */
    long missing() {
        return Math.max(0, wanted - size);
    }

    boolean isWhole() {
        return size >= wanted;
    }

    /**
     * Takes back what was given away, as far as the disk has it. The system reserves blocks without writing them.
     *
     * @return whether it is whole again, or was never in use
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
     * Gives back what the disk lacks to have so much room; false where that is more than there is, but for an eighth that
     * stays for acknowledgements.
     */
    boolean lend(long need) {
        long lacks = Math.max(0, need - usableBytes());
        return lacks == 0 || lacks <= size - wanted / KEPT && release(lacks);
    }

    /** Gives at least so many bytes back to the disk; false where it has nothing any more. */
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
