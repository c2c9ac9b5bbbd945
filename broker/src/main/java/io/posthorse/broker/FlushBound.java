package io.posthorse.broker;

import io.posthorse.log.Log;
import java.util.function.Consumer;

/**
 * The bound of asynchronous flushing: acknowledged bytes that are not on stable storage are younger and fewer than a limit.
 * Where the disk is too slow for that, answers are held back until it has caught up.
 */
final class FlushBound {
    /** Maximum bytes that are acknowledged and not on stable storage. */
    private static final long BYTES_MAX = 1L << 30;
    /** Unforced bytes at which a force begins before its time. */
    private static final long BYTES_EARLY = BYTES_MAX / 8;

    private final Log log;
    private final long nanosMax;
    private Consumer<String> notices = notice -> { };
    /** Time not later than the write of the oldest unforced byte; -1 where there is none. */
    private long unforcedNanos = -1;

    private long forceBeganNanos;
    private long forcesSeen;
    private boolean holds;
    private long released;

    /** @param forceMs interval of forces */
    FlushBound(Log log, long forceMs) {
        this.log = log;
        this.nanosMax = 2 * forceMs * 1_000_000;
        this.forcesSeen = log.forces();
    }

    void onNotice(Consumer<String> listener) {
        notices = listener;
    }

    /** Notes that a force begins. */
    void forceBegins(long nowNanos) {
        if (!log.isForcing()) {
            forceBeganNanos = nowNanos;
        }
    }

    /** Returns whether so much was written that a force should begin now. */
    boolean isForceDue() {
        return log.committed() - log.durable() > BYTES_EARLY;
    }

    /** Returns the position below which records may be acknowledged. */
    long releasable(long nowNanos) {
        long committed = log.committed();
        long unforced = committed - log.durable();
        if (log.forces() != forcesSeen) {
            forcesSeen = log.forces();
            unforcedNanos = forceBeganNanos; // the rest was written since then
        }
        if (unforced <= 0) {
            unforcedNanos = -1;
        } else if (unforcedNanos < 0) {
            unforcedNanos = nowNanos;
        }
        boolean late = unforced > BYTES_MAX || unforced > 0 && nowNanos - unforcedNanos > nanosMax;
        if (late && !holds) {
            notices.accept("The disk is " + (nowNanos - unforcedNanos) / 1_000_000 + " ms behind with " + (unforced >> 10)
                    + " KiB: answers to producers are held back until it has caught up, so that no more than that is lost in"
                    + " a power cut. Check what else writes to that disk, or allow more with flushIntervalCommitLog.");
        } else if (holds && !late) {
            notices.accept("The disk has caught up: answers are sent at once again.");
        }
        holds = late;
        released = holds ? Math.max(released, log.durable()) : committed;
        return released;
    }
}
