package io.posthorse.broker;

import io.posthorse.log.LogSettings;
import java.util.function.Consumer;

/** Tells an operator when the disk fills, when it is full, and when that is over. */
final class DiskWatch {
    private static final double NEARLY_FULL = 0.95;
    private static final double ROOM_AGAIN = 0.93;
    /** How long a checkpoint must have been ago before the next one that a full disk asks for, in looks. */
    private static final int CHECKPOINT_EVERY = 10;

    private static final long GATHER_MS = 20;
    private static final long GATHER_LONG_MS = 200;

    private final Broker broker;
    private Consumer<String> told = notice -> { };
    private boolean nearlyFull;
    private boolean full;
    private boolean exhausted;
    private int sinceCheckpoint;

    DiskWatch(Broker broker) {
        this.broker = broker;
    }

    void onNotice(Consumer<String> listener) {
        told = listener;
    }

    /**
     * How long a turn is kept open, ms: 0 but where the reserve of a full disk runs low. What is acknowledged in a turn is
     * one record for each subscription and partition, so longer turns have it last for whatever there is to be drained.
     */
    long gatherMs() {
        return !full || broker.log().isReserveAbove(2) ? 0
                : broker.log().isReserveAbove(8) ? GATHER_MS : GATHER_LONG_MS;
    }

    /** Looks; to be called once a second, in an open turn. */
    void look() {
        double used = broker.store().diskUsed();
        boolean now = broker.log().isShort();
        if (now != full) {
            full = now;
            told.accept(full ? fullText() : "The disk of " + place() + " has space again: messages are taken.");
        }
        if (!nearlyFull && !full && used >= NEARLY_FULL) {
            nearlyFull = true;
            String percent = "%.0f %%".formatted(used * 100);
            told.accept("The disk of " + place() + " is nearly full: " + percent + " are in use. When it is full, messages"
                    + " are refused.");
        } else if (nearlyFull && used < ROOM_AGAIN) {
            nearlyFull = false;
            told.accept("The disk of %s has room again: %.0f %% are in use.".formatted(place(), used * 100));
        }
        boolean low = full && !broker.log().isReserveAbove(LogSettings.KEPT_FOR_OPERATORS);
        if (low && !exhausted) {
            told.accept("What was kept for acknowledgements on the full disk is used up: they are refused from now on,"
                    + " and consumers are handed the same messages again. What an operator changes is still taken: delete"
                    + " topics, or skip what need not be consumed (resetOffsetByTime), or give the disk space.");
        }
        exhausted = low;
        sinceCheckpoint++;
        if (full && sinceCheckpoint >= CHECKPOINT_EVERY && broker.store().sinceCheckpoint() > 0) {
            sinceCheckpoint = 0;
            broker.checkpoint(); // segments can go only once checkpoints cover them
        }
    }

    private String fullText() {
        return "The disk of " + place() + " is full: " + mib(broker.store().bytesFree()) + " are free, and "
                + mib(broker.store().bytesWanted()) + " are needed. Messages are refused, and what is acknowledged and"
                + " consumed is still taken (" + (broker.log().reserveLeft() >> 20) + " MiB are kept for that). Have"
                + " consumers drain it, let retention work (fileReservedTime), or give it space; nothing unexpired is"
                + " deleted.";
    }

    private String place() {
        return broker.store().place();
    }

    private static String mib(long bytes) {
        return (bytes + (1 << 20) - 1 >> 20) + " MiB";
    }
}
