package io.posthorse.broker;

import io.posthorse.log.LogSettings;
import java.io.IOException;
import java.util.function.Consumer;

/** The watch over the disk: tells an operator when the disk fills, when it is full, and when it has room again. */
final class DiskWatch {
    private static final double NEARLY_FULL = 0.95;
    private static final double ROOM_AGAIN = 0.93;
    /** Minimum number of looks between two checkpoints that a full disk causes. */
    private static final int CHECKPOINT_EVERY = 10;

    private static final long GATHER_MS = 20;
    private static final long GATHER_LONG_MS = 200;

    private final Broker broker;
    private Consumer<String> notices = notice -> { };
    private boolean nearlyFull;
    private boolean full;
    /** Whether it is something other than space that the log lacked last. */
    private boolean blocked;
    private boolean exhausted;
    private int sinceCheckpoint;

    DiskWatch(Broker broker) {
        this.broker = broker;
    }

    void onNotice(Consumer<String> listener) {
        notices = listener;
    }

    /**
     * Returns how long a turn is kept open, in ms: 0 unless the reserve of a full disk runs low. The acknowledgements of a
     * turn are one record for each subscription and partition, so longer turns make the reserve last until consumers have
     * drained the disk.
     */
    long gatherMs() {
        return !full || broker.log().isReserveAbove(2) ? 0
                : broker.log().isReserveAbove(8) ? GATHER_MS : GATHER_LONG_MS;
    }

    /** Checks the disk; to be called once a second, in an open turn. */
    void look() {
        double used = broker.store().diskUsed();
        boolean now = broker.store().isShort();
        if (now != full) {
            full = now;
            blocked = full ? broker.store().obstacle() != null : blocked;
            notices.accept(full ? shortText() : blocked
                    ? "The log in " + place() + " can grow again: messages are accepted."
                    : "The disk of " + place() + " has space again: messages are accepted.");
        }
        if (!nearlyFull && !full && used >= NEARLY_FULL) {
            nearlyFull = true;
            String percent = "%.0f %%".formatted(used * 100);
            notices.accept("The disk of " + place() + " is nearly full: " + percent
                    + " are in use. Once it is full, messages"
                    + " are refused.");
        } else if (nearlyFull && used < ROOM_AGAIN) {
            nearlyFull = false;
            notices.accept("The disk of %s has room again: %.0f %% are in use.".formatted(place(), used * 100));
        }
        boolean low = full && !broker.log().isReserveAbove(LogSettings.KEPT_FOR_OPERATORS);
        if (low && !exhausted) {
            notices.accept("The space kept for acknowledgements on the full disk is used up: they are refused from now on,"
                    + " and consumers get the same messages again. An operator's changes are still accepted: delete"
                    + " topics, or skip messages that need not be consumed (resetOffsetByTime), or free space on the disk.");
        }
        exhausted = low;
        sinceCheckpoint++;
        if (full && sinceCheckpoint >= CHECKPOINT_EVERY && broker.store().sinceCheckpoint() > 0) {
            sinceCheckpoint = 0;
            broker.checkpoint(); // segments can be dropped only once checkpoints cover them
        }
    }

    /** Returns why the log cannot grow: for want of space, or of something else, such as the right to open one more file. */
    private String shortText() {
        IOException obstacle = broker.store().obstacle();
        if (obstacle == null) {
            return fullText();
        }
        return "The log in " + place() + " cannot grow, although " + mib(broker.store().bytesFree()) + " are free: "
                + obstacle.getMessage() + ". Messages are refused until it can. If too many files are open, raise the limit"
                + " (ulimit -n, LimitNOFILE) or lower connections.max; otherwise look at quotas and at the rights of the"
                + " directory.";
    }

    private String fullText() {
        return "The disk of " + place() + " is full: " + mib(broker.store().bytesFree()) + " are free, and "
                + mib(broker.store().bytesWanted()) + " are needed. Messages are refused; acknowledgements and"
                + " cursors are still accepted (" + (broker.log().reserveLeft() >> 20) + " MiB are reserved for them). Let"
                + " consumers drain it, let retention drop old messages (fileReservedTime), or free space;"
                + " nothing unexpired is deleted.";
    }

    private String place() {
        return broker.store().place();
    }

    private static String mib(long bytes) {
        return (bytes + (1 << 20) - 1 >> 20) + " MiB";
    }
}
