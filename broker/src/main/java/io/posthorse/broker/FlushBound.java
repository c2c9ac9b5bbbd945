package io.posthorse.broker;

import io.posthorse.log.Log;
import java.util.function.Consumer;

/**
 * Keeps the promise of asynchronous flushing: what is acknowledged and not on stable storage is younger than a bound, and
 * smaller than one. Where the disk is too slow for that, answers are held back until it has caught up.
 */
final class FlushBound {
    /** Most bytes that are acknowledged and not on stable storage. */
    private static final long BYTES_MAX = 1L << 30;
    /** With so many a force begins before its time. */
    private static final long BYTES_EARLY = BYTES_MAX / 8;

    private final Log log;
    private final long nanosMax;
    private Consumer<String> told = notice -> { };
    /** Not later than when the oldest byte was written that is not on stable storage; -1 where there is none. */
    private long unforcedNanos = -1;

    private long forceBeganNanos;
    private long forcesSeen;
    private boolean holds;
    private long released;

    /** @param forceMs how often a force begins */
    FlushBound(Log log, long forceMs) {
        this.log = log;
        this.nanosMax = 2 * forceMs * 1_000_000;
        this.forcesSeen = log.forces();
    }

    void onNotice(Consumer<String> listener) {
        told = listener;
    }

    /** A force begins. */
    void forceBegins(long nowNanos) {
        if (!log.isForcing()) {
            forceBeganNanos = nowNanos;
        }
    }

    /** Whether so much was written that a force should begin now. */
    boolean isForceDue() {
        return log.committed() - log.durable() > BYTES_EARLY;
    }

    /** Everything below may be acknowledged. */
    long releasable(long nowNanos) {
        long committed = log.committed();
        long unforced = committed - log.durable();
        if (log.forces() != forcesSeen) {
            forcesSeen = log.forces();
            unforcedNanos = forceBeganNanos; // what is left was written since then
        }
        if (unforced <= 0) {
            unforcedNanos = -1;
        } else if (unforcedNanos < 0) {
            unforcedNanos = nowNanos;
        }
        boolean late = unforced > BYTES_MAX || unforced > 0 && nowNanos - unforcedNanos > nanosMax;
        if (late && !holds) {
            told.accept("The disk is " + (nowNanos - unforcedNanos) / 1_000_000 + " ms behind with " + (unforced >> 10)
                    + " KiB: answers to producers are held back until it has caught up, for no more than that may be lost in"
                    + " a power cut. Look at what else writes to that disk, or allow more with flushIntervalCommitLog.");
        } else if (holds && !late) {
            told.accept("The disk has caught up: answers go at once again.");
        }
        holds = late;
        released = holds ? Math.max(released, log.durable()) : committed;
        return released;
    }
}
