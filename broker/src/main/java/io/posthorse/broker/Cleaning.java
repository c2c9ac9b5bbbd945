package io.posthorse.broker;

import io.posthorse.log.Log;

/** Drops old segments as {@link Retention} says. */
final class Cleaning {
    private final Broker broker;
    private final Mover mover;
    private boolean asked;

    Cleaning(Broker broker, Mover mover) {
        this.broker = broker;
        this.mover = mover;
    }

    /** What has expired goes now, at whatever hour. */
    void ask() {
        asked = true;
    }

    /** Drops at most one segment, so that a long list of them does not hold up the owner. */
    void run(long nowMs) {
        Log log = broker.log();
        long[] bases = log.segmentBases();
        if (bases.length < 2 || mover.oldestPosition() < bases[1]) {
            asked = false;
            return;
        }
        Retention retention = broker.retention();
        boolean expired = retention.isExpired(log.lastTime(bases[0]), nowMs);
        boolean tooLarge = retention.bytes() > 0 && log.tail() - bases[0] > retention.bytes();
        asked &= expired;
        boolean due = asked || retention.isHour().test(nowMs) || broker.store().diskUsed() > retention.diskUsedMax();
        if (tooLarge || (expired && due)) {
            broker.store().dropFirst();
        }
    }
}
