package io.posthorse.broker;

import io.posthorse.platform.Clock;
import java.util.function.LongConsumer;

/**
 * Looks after the log once a second: that the disk answers, and that topics and subscriptions do not rest for long on one
 * record alone. Where that record rots before a checkpoint holds its contents too, a topic's settings or a subscription's
 * name are gone. So it is written once more within a second, and a checkpoint is taken within ten minutes; a broker with
 * little traffic would otherwise go without one for weeks.
 */
final class Maintenance {
    private static final long CHECKPOINT_NANOS = 600_000_000_000L;
    /** Changes of topics and subscriptions that are written once more in a second. */
    private static final int CONFIRMED_MAX = 256;
    private static final long SLOW_NANOS = 2_000_000_000L;

    private final Broker broker;
    private final Clock clock;
    private LongConsumer onSlowDisk = ms -> {};

    private long changesSeen;
    /** Behind the last change of a topic or subscription. */
    private long changedBelow;
    private long checkpointNanos;

    private long forcesSeen = -1;
    private long forceNanos;
    private boolean slownessTold;

    Maintenance(Broker broker, Clock clock) {
        this.broker = broker;
        this.clock = clock;
        this.checkpointNanos = clock.nanos() - CHECKPOINT_NANOS;
    }

    /** Has it told, once for each time, how many ms the disk has been busy with bringing data to stable storage. */
    void onSlowDisk(LongConsumer listener) {
        onSlowDisk = listener;
    }

    void look() {
        long now = clock.nanos();
        watchDisk(now);
        confirm();
        long changes = broker.state().changes();
        if (changes != changesSeen) {
            changesSeen = changes;
            changedBelow = broker.tail();
        }
        if (broker.store().checkpointed() < changedBelow && now - checkpointNanos >= CHECKPOINT_NANOS) {
            checkpointNanos = now;
            broker.checkpoint();
        }
    }

    /** Says once more what stands in one record only. */
    private void confirm() {
        for (int left = CONFIRMED_MAX; left > 0; left--) {
            Event again = broker.state().unconfirmed.next(broker.state());
            if (again == null || !broker.append(again)) {
                return; // where the log is full, a checkpoint has to do
            }
        }
    }

    private void watchDisk(long now) {
        long forces = broker.log().forces();
        if (!broker.log().isForcing() || forces != forcesSeen) {
            forcesSeen = forces;
            forceNanos = now;
            slownessTold = false;
        } else if (!slownessTold && now - forceNanos >= SLOW_NANOS) {
            slownessTold = true;
            onSlowDisk.accept((now - forceNanos) / 1_000_000);
        }
    }
}
