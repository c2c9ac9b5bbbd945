package io.posthorse.broker.delivery;

import io.posthorse.broker.FetchResult;
import io.posthorse.broker.OriginalRead;
import io.posthorse.platform.Background;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.function.LongPredicate;

/**
 * The reads of messages that may have to come from the disk, on another thread, so that no other feed waits meanwhile: one
 * bounded batch at a time for each feed, and a bounded number for all feeds.
 */
final class ColdReads {
    /** Maximum messages of one batch. */
    static final int COUNT_MAX = 256;
    /** Bytes after which a batch takes no further message. */
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
     * Reads messages; the pump runs once they are resident, or once it may ask again.
     *
     * @param wanted test by offset which of the found messages to read
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

    /**
     * Lets some waiting pumps ask again. Those whose messages other reads have brought do not, so all do when no read is
     * left.
     */
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
            deliveries.pumpNow(who); // before other reads displace its messages
        } else {
            deliveries.failed(failure);
            deliveries.wakeLater(who);
        }
    }
}
