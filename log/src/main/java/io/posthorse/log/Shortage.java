package io.posthorse.log;

import java.io.IOException;

/** The state of a log that the file system did not let grow: the disk is full, or another reason. */
final class Shortage {
    private final DiskReserve reserve;
    private final long enoughBytes;
    private boolean isFull;
    private IOException obstacle;

    /** @param enoughBytes free bytes with which the disk is not full */
    Shortage(DiskReserve reserve, long enoughBytes) {
        this.reserve = reserve;
        this.enoughBytes = enoughBytes;
    }

    /** Returns whether the log refused records or used the reserve, and still cannot grow. */
    boolean lasts() {
        return isFull || obstacle != null || reserve.isShort();
    }

    /** Returns why the log could not grow at the last attempt, although the disk is not full; else null. */
    IOException obstacle() {
        return obstacle;
    }

    /** Notes that the log could not grow. */
    void begin(IOException why) {
        isFull = true;
        obstacle = hasSpace() ? why : null;
    }

    /** Notes that the log could grow. */
    void hasGrown() {
        obstacle = null;
    }

    /** Refills the reserve as far as the disk allows, and notes whether there is space again. */
    void refill() {
        boolean whole = reserve.fill();
        isFull &= !whole || !hasSpace();
    }

    private boolean hasSpace() {
        return reserve.usableBytes() >= enoughBytes;
    }
}
