package io.posthorse.broker.delivery;

import io.posthorse.broker.FetchResult;
import io.posthorse.broker.OriginalRead;
import io.posthorse.platform.Background;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.function.LongPredicate;

/**
 * Has messages that may have to come from the disk read by another thread, so that nobody else waits meanwhile: one
 * bounded batch at a time for each feed, and so many for all of them.
 */
final class ColdReads {
    /** Most messages of one batch. */
    static final int COUNT_MAX = 256;
    /** Bytes behind which a batch takes no further message. */
    static final int BYTES_MAX = 1 << 20;

    private static final int UNDER_WAY_MAX = 8;

    private final Deliveries deliveries;
    private final Background reader;
    private final ArrayDeque<Pump> waiting = new ArrayDeque<>();
    private int underWay;

    ColdReads(Deliveries deliveries, Background reader) {
        this.deliveries = deliveries;
        this.reader = reader;
    }

    /**
     * Has messages read; who asks is pumped when they are at hand, or when it may ask again.
     *
     * @param wanted which of those found, by offset
     */
    void ask(Pump who, FetchResult found, LongPredicate wanted) {
        if (who.isReading) {
            return;
        }
        who.isReading = true;
        if (underWay >= UNDER_WAY_MAX) {
            waiting.add(who);
            return;
        }
        underWay++;
        OriginalRead read = deliveries.broker().originals().beginRead(found, wanted);
        reader.run(read::read, failure -> {
            underWay--;
            deliveries.broker().originals().endRead(read);
            arrived(who, failure);
            wakeWaiting();
        });
    }

    /** There is room again, and some ask once more; whom others' reads have helped does not, so all do when none is left. */
    private void wakeWaiting() {
        for (int room = underWay == 0 ? waiting.size() : UNDER_WAY_MAX - underWay; room > 0 && !waiting.isEmpty(); room--) {
            Pump next = waiting.remove();
            next.isReading = false;
            next.arrived();
            deliveries.wake(next);
        }
    }

    private void arrived(Pump who, IOException failure) {
        who.isReading = false;
        who.arrived();
        if (failure == null) {
            deliveries.pumpNow(who); // before other reads displace what it has asked for
        } else {
            deliveries.failed(failure);
            deliveries.wakeLater(who);
        }
    }
}
