package io.posthorse.broker;

import io.posthorse.log.Following;
import io.posthorse.log.LogSettings;
import io.posthorse.log.RecordFormat;
import io.posthorse.log.Shipment;
import io.posthorse.log.Store;
import io.posthorse.platform.Background;
import io.posthorse.platform.FileStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The copy of a master's data on its slave. It takes the master's records, as a recovery that never ends, and its
 * {@link #broker} serves readers; whatever would append a record is refused. All calls come on the owner's thread.
 */
public final class SlaveCopy {
    private final Store store;
    private final State state;
    private final Broker broker;
    private final Following following;

    private SlaveCopy(
            FileStore files, LogSettings log, Background background, BrokerSettings settings, List<MessageFormat> formats)
            throws IOException {
        MessageFormat[] byId = MessageFormat.byId(formats);
        MessageRenderer renderer = new MessageRenderer(settings, byId, formats.getFirst());
        this.state = new State(settings, renderer);
        StateMachine machine = new StateMachine(state, byId, SetAside.read(files));
        this.store = Opening.replay(files, log.copied(), background, state, machine);
        store.start();
        this.following = new Following(store);
        this.broker = new Broker(settings, byId, renderer, state, machine, store, background, true);
    }

    /** Opens the data directory of a broker of its own, as that of a slave. */
    public static SlaveCopy open(
            FileStore files, LogSettings log, Background background, BrokerSettings settings, List<MessageFormat> formats)
            throws IOException {
        return new SlaveCopy(files, log, background, settings, formats);
    }

    /** Returns the broker that readers are served by. */
    public Broker broker() {
        return broker;
    }

    /** Returns the position behind the last record. */
    public long end() {
        return following.end();
    }

    /** Returns the position up to which the flush mode has everything stored. */
    public long committed() {
        return store.log().committed();
    }

    /** Returns whether ranges of the log were found damaged when it was opened: it must be fetched anew. */
    public boolean isDamaged() {
        return !store.damages().isEmpty();
    }

    /**
     * Takes the next records of the master, in an open turn of the shard.
     *
     * @throws IOException where they do not continue the log, or the disk is full or fails
     */
    public void take(Shipment shipment) throws IOException {
        following.take(shipment, this::announce);
    }

    /** Wakes those who wait for a message, at the end of the turn and once it is committed. */
    private void announce(ByteBuffer records, int at) {
        if (records.get(at + RecordFormat.TYPE) == RecordFormat.TYPE_MESSAGE) {
            Partition partition = state.partition(records.getInt(at + RecordFormat.PARTITION));
            if (partition != null) {
                broker.announceLater(partition);
            }
        }
    }

    /** Drops the segments that the master has dropped, once what it wrote before is on stable storage here. */
    public void keepOnly(long end, long[] bases) {
        if (store.log().durable() >= end) {
            following.keepOnly(bases);
        }
    }

    /** Closes the files of a copy that another one replaces. The background must be idle. */
    public void abandon() throws IOException {
        store.abandon();
    }
}
