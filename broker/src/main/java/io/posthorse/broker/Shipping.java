package io.posthorse.broker;

import io.posthorse.log.Export;
import io.posthorse.log.Following;
import io.posthorse.log.Log;
import io.posthorse.log.LogView;
import io.posthorse.log.Shipment;
import io.posthorse.platform.Background;
import java.io.IOException;
import java.util.function.BiConsumer;

/** What a master's slaves get of its log. All calls come on the owner's thread. */
public final class Shipping {
    private final Broker broker;
    private final Background reader;

    /** @param reader reads the log for slaves alone */
    public Shipping(Broker broker, Background reader) {
        this.broker = broker;
        this.reader = reader;
    }

    /** Returns the position below which everything is committed. */
    public long committed() {
        return broker.log().committed();
    }

    /** Returns the position behind the last record. */
    public long end() {
        return Following.endOf(broker.log());
    }

    /** Returns the first positions of all segments, in order. */
    public long[] segmentBases() {
        return broker.log().segmentBases();
    }

    /**
     * Reads the records that follow a position on the reader's thread.
     *
     * @param done gets them, null where there are none yet, or the failure
     */
    public void read(long position, int bytesMax, BiConsumer<Shipment, IOException> done) {
        Log log = broker.log();
        LogView view = log.view();
        long read = log.beginRead();
        Shipment[] found = new Shipment[1];
        reader.run(() -> found[0] = view.shipment(position, bytesMax), failure -> {
            log.endRead(read);
            done.accept(found[0], failure);
        });
    }

    /**
     * Returns the newest checkpoint and everything below it.
     *
     * @param needed position at which the checkpoint has to be, or behind
     * @throws IOException where there is no such checkpoint; one is taken then, and the other side may ask again
     */
    public Export export(long needed) throws IOException {
        if (broker.store().checkpointed() > 0 && broker.store().checkpointed() >= needed) {
            return broker.store().export();
        }
        broker.checkpoint();
        throw new IOException("there is no checkpoint at or behind position " + needed + " yet. One is being taken; ask"
                + " again");
    }
}
