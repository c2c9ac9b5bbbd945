package io.posthorse.log;

import io.posthorse.platform.FileStore;
import java.io.IOException;

/** The state of a log that the file system did not let grow: the disk is full, or another reason. */
final class Shortage {
    /** Free bytes at which a disk that was full no longer counts as full. */
    static final int ROOM_AGAIN = 1 << 20;

    private final DiskReserve reserve;
    private final long enoughBytes;
    private boolean isFull;
    private IOException obstacle;

    /** @param enoughBytes free bytes with which the disk is not full */
    private Shortage(DiskReserve reserve, long enoughBytes) {
        this.reserve = reserve;
        this.enoughBytes = enoughBytes;
    }

    static Shortage of(FileStore files, LogSettings settings) throws IOException {
        return new Shortage(
                new DiskReserve(files, settings.reserveBytes()), Math.min(settings.allocateBytes(), ROOM_AGAIN));
    }

    /** Returns whether the log refused records or used the reserve, and still cannot grow. */
    boolean lasts() {
        return isFull || obstacle != null || reserve.isShort();
    }

    /** Returns why the log could not grow at the last attempt, although the disk is not full; else null. */
    IOException obstacle() {
        return obstacle;
    }

    private void begin(IOException why) {
        isFull = true;
        obstacle = hasSpace() ? why : null;
    }

    /** Refills the reserve as far as the disk allows, and notes whether there is space again. */
    void refill() {
        boolean whole = reserve.fill();
        isFull &= !whole || !hasSpace();
    }

    private boolean hasSpace() {
        return reserve.usableBytes() >= enoughBytes;
    }

    /** A way to allocate blocks ahead of the log's tail. */
    interface Growth {
        /**
         * Allocates what is needed and some bytes more.
         *
         * @return false where the log failed meanwhile
         * @throws IOException where the disk lacks space
         */
        boolean allocate(int aheadBytes) throws IOException;
    }

    /**
     * Allocates blocks ahead of the log's tail; where the disk lacks space, fewer, but at least what is needed.
     *
     * @param needBytes to take from the reserve where there is no other space
     * @param essential whether the reserve may be used
     */
    boolean grow(int aheadBytes, long needBytes, boolean essential, Growth growth) {
        if (!essential && !reserve.fill()) {
            return false; // the reserve is refilled first
        }
        for (int ahead = aheadBytes; ; ahead >>>= 2) {
            try {
                boolean grown = growth.allocate(ahead);
                obstacle = null;
                return grown;
            } catch (IOException full) {
                if (ahead == 0 && (!essential || !reserve.release(needBytes))) {
                    begin(full);
                    return false; // the caller refuses, and tries again with the next request
                }
            }
        }
    }

    /** A way to allocate blocks for records that are decided. */
    interface Allotment {
        /** Allocates what is needed and some bytes more. */
        void allocate(int aheadBytes) throws IOException;
    }

    /**
     * Allocates blocks for records that a leader or a master has decided: fewer ahead where the disk lacks space, and at
     * last from the reserve, since the reserve of whoever decided them may have paid for them.
     *
     * @throws IOException where there is no room even so
     */
    void allot(int aheadBytes, long needBytes, Allotment blocks) throws IOException {
        boolean isDone = grow(aheadBytes, needBytes, true, ahead -> {
            blocks.allocate(ahead);
            return true;
        });
        if (!isDone) {
            throw new IOException(obstacle != null ? obstacle.getMessage()
                    : "No space left on the disk, and the reserve is used up", obstacle);
        }
    }

    /** Returns the space that keeps a full disk usable. */
    DiskReserve reserve() {
        return reserve;
    }
}
