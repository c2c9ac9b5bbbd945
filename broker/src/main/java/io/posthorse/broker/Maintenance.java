package io.posthorse.broker;

import io.posthorse.platform.Clock;
import java.util.function.LongConsumer;

/**
 * The maintenance of the log, once a second: checks that the disk answers, and that no topic or subscription depends on a
 * single record for long. Where that record rots before a checkpoint has its contents, a topic's settings or a
 * subscription's name are lost. So it is written once more within a second, and a checkpoint follows within ten minutes; a
 * broker with little traffic would otherwise go without one for weeks.
 */
final class Maintenance {
    private static final long CHECKPOINT_NANOS = 600_000_000_000L;
    /** Maximum changes of topics and subscriptions written once more per second. */
    private static final int CONFIRMED_MAX = 256;
    private static final long SLOW_NANOS = 2_000_000_000L;

    private final Broker broker;
    private final Clock clock;
    private LongConsumer onSlowDisk = ms -> {};

    private long changesSeen;
    /** Position behind the last change of a topic or subscription. */
    private long changedBelow;
    private long checkpointNanos;

    private long forcesSeen = -1;
    private long forceNanos;
    private boolean slownessReported;

    Maintenance(Broker broker, Clock clock) {
        this.broker = broker;
        this.clock = clock;
        this.checkpointNanos = clock.nanos() - CHECKPOINT_NANOS;
    }

    /** Sets the listener for a slow disk, which gets the ms that the running force has taken, once per force. */
    void onSlowDisk(LongConsumer listener) {
        onSlowDisk = listener;
    }

    void look() {
        long now = clock.nanos();
        watchDisk(now);
        if (!broker.appender().follows()) {
            confirm();
        }
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

    /** Writes single records once more. */
    private void confirm() {
        for (int left = CONFIRMED_MAX; left > 0; left--) {
            Event again = broker.state().unconfirmed.next(broker.state());
            if (again == null || !broker.append(again)) {
                return; // the log is full: a checkpoint must suffice
            }
        }
    }

    private void watchDisk(long now) {
        long forces = broker.log().forces();
        if (!broker.log().isForcing() || forces != forcesSeen) {
            forcesSeen = forces;
            forceNanos = now;
            slownessReported = false;
        } else if (!slownessReported && now - forceNanos >= SLOW_NANOS) {
            slownessReported = true;
            onSlowDisk.accept((now - forceNanos) / 1_000_000);
        }
    }
}
