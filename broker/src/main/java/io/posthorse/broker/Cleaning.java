package io.posthorse.broker;

import io.posthorse.log.Log;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Drops old segments as {@link Retention} says. */
final class Cleaning {
    private final Broker broker;
    private final Carrier carrier;
    /** The segment that nothing waits in any more, and the tail when that was seen first. */
    private long freeBase = -1;
    private boolean asked;
    /** The segment of which was told that it stays. */
    private long toldBase = -1;
    private BiConsumer<String, String> onKept = (topic, subscription) -> { };
    private Consumer<String> notice = text -> { };
    private Retention retention;

    private long freeSince;

    Cleaning(Broker broker) {
        this.broker = broker;
        this.carrier = new Carrier(broker);
        this.retention = broker.settings().retention();
    }

    /** Changes which segments are dropped from now on. */
    void retention(Retention changed) {
        retention = changed;
    }

    /** Has told whose unsettled messages keep the log, by topic and subscription; once for each segment. */
    void onKept(BiConsumer<String, String> listener) {
        onKept = listener;
    }

    /** Has told when what was kept is free. */
    void onNotice(Consumer<String> listener) {
        notice = listener;
    }

    /** What has expired goes now, at whatever hour. */
    void ask() {
        asked = true;
    }

    /**
     * Drops at most one segment, so that a long list of them does not hold up the owner. Where messages still wait in
     * it, some are carried out of it; then the broker must be in an open turn.
     *
     * @return whether there is more to do at once
     */
    boolean run(long nowMs, long wallMs) {
        long[] bases = broker.log().segmentBases();
        if (bases.length < 2 || !isDue(bases[0], nowMs, wallMs)) {
            asked = false;
            return false;
        }
        if (!carrier.isFree(bases[1])) {
            long before = broker.tail();
            carrier.carry(bases[1]);
            boolean isCarrying = broker.tail() > before;
            if (!isCarrying && toldBase != bases[0]) {
                tellOfKept(bases[0], bases[1]);
            }
            return isCarrying;
        }
        if (toldBase == bases[0]) {
            toldBase = -1;
            notice.accept("The oldest part of the log is no longer kept by anybody, and goes.");
        }
        if (freeBase != bases[0]) {
            freeBase = bases[0];
            freeSince = broker.tail();
        }
        // what was moved out of the segment must be on stable storage before the segment goes
        return broker.log().durable() >= freeSince && broker.store().dropFirst();
    }

    private void tellOfKept(long base, long end) {
        KeptMessages.Waiting waiting = KeptMessages.firstBelow(broker, end);
        if (waiting != null) {
            toldBase = base;
            onKept.accept(waiting.topic().name(), waiting.subscription().name());
        }
    }

    private boolean isDue(long base, long nowMs, long wallMs) {
        Log log = broker.log();
        boolean tooLarge = retention.bytes() > 0 && log.tail() - base > retention.bytes();
        return tooLarge
                || retention.isExpired(log.lastTime(base), nowMs)
                        && (asked || retention.isHour().test(wallMs) || broker.store().diskUsed() > retention.diskUsedMax());
    }
}
