package io.posthorse.broker;

import io.posthorse.log.AgreedPoint;
import io.posthorse.log.Batch;
import io.posthorse.log.DivergedException;
import io.posthorse.log.Export;
import io.posthorse.log.LogSettings;
import io.posthorse.log.LogView;
import io.posthorse.log.PartitionIndex;
import io.posthorse.log.PeerBytes;
import io.posthorse.log.ScrubFigures;
import io.posthorse.log.Scrubber;
import io.posthorse.log.Store;
import io.posthorse.platform.Background;
import io.posthorse.platform.FileStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * The copy of a group's data on one node. It takes what the group has agreed on, as a recovery that never ends; once it
 * leads, a {@link Broker} decides on top of it. A node that loses its leadership throws both away and opens the copy anew,
 * from its checkpoint and its own files. All calls come on the owner's thread.
 */
public final class GroupReplica {
    /** Feature level of this release: the record types that it knows. */
    static final int LEVEL = 2;

    private final FileStore files;
    private final LogSettings log;
    private final Background background;
    private final BrokerSettings settings;
    private final List<MessageFormat> formats;
    private final MessageFormat[] byId;
    private final MessageRenderer renderer;
    private final State state;
    private final StateMachine machine;
    private final Store store;
    /** Id of the group. */
    private final UUID group;
    /** Whether the log's first record was compared with what this node is configured with. */
    private boolean isCompared;
    /** The broker of this node once it was elected. */
    private Broker elected;
    /** What serves readers while this node follows; null where nothing does. */
    private Broker reader;
    /** Position behind the first records of its term. */
    private long endOfOpening;
    /** Null where nothing looks for damaged records. */
    private Scrubber scrubber;

    /**
     * A term in which this node leads.
     *
     * @param node name of this node
     */
    public record Leadership(long term, String node) {}

    private GroupReplica(
            FileStore files, LogSettings log, Background background, BrokerSettings settings, List<MessageFormat> formats,
            UUID group, Store before) throws IOException {
        this.files = files;
        this.group = group;
        this.log = log;
        this.background = background;
        this.settings = settings;
        this.formats = formats;
        this.byId = MessageFormat.byId(formats);
        this.renderer = new MessageRenderer(settings, byId, formats.getFirst());
        this.state = new State(settings, renderer);
        this.state.presumed = new GroupIdentity(group, log.segmentBytes(), 0, 0, "");
        this.machine = new StateMachine(state, byId, noneAside(files));
        this.store = before == null
                ? Opening.replay(files, log, background, state, machine)
                : Store.reopen(files, log, background, state.index, machine, before);
        state.onDropped(store::dropped);
        requireSameGroup();
        store.start();
    }

    /** Requires that the log is of this node's group, with segments as large as this node's, once it says so. */
    private void requireSameGroup() throws DivergedException {
        if (isCompared || state.group == null) {
            return;
        }
        if (!state.group.id().equals(group)) {
            throw new DivergedException.Mismatch("This node is configured for cluster " + group + ", but its log is that of"
                    + " cluster " + state.group.id() + ". Name the data directory of this cluster, or an empty one");
        }
        if (state.group.segmentBytes() != log.segmentBytes()) {
            throw new DivergedException.Mismatch("This node is configured for segments of " + log.segmentBytes() + " bytes,"
                    + " but its cluster was founded with " + state.group.segmentBytes() + ". Set mappedFileSizeCommitLog"
                    + " to that, as on all other nodes");
        }
        isCompared = true;
    }

    private static Set<Long> noneAside(FileStore files) throws IOException {
        Set<Long> aside = SetAside.read(files);
        if (!aside.isEmpty()) {
            throw new IOException("The file set-aside passes over records, and in a cluster this node would then differ from"
                    + " the others. Delete it; where a record stops all nodes, ask the authors for help.");
        }
        return aside;
    }

    /**
     * Opens the data directory of a node when its process starts. The copy ends at its newest checkpoint; the group
     * delivers what is behind it again.
     *
     * @param group id of the group
     * @throws IOException where the directory cannot be read, or belongs to a broker of its own or to another group
     */
    public static GroupReplica open(
            FileStore files, LogSettings log, Background background, BrokerSettings settings, List<MessageFormat> formats,
            UUID group) throws IOException {
        return new GroupReplica(files, log.agreed(), background, settings, formats, group, null);
    }

    /**
     * Opens the copy anew without what this node decided and the group did not agree on. This copy must not be used any
     * more, and the background must be idle.
     *
     * @param next background of the new copy
     */
    public GroupReplica reopen(Background next) throws IOException {
        store.abandon();
        return new GroupReplica(files, log, next, settings, formats, group, store);
    }

    /** Returns the small tables, as far as this node has them. */
    public Tables tables() {
        return state.tables;
    }

    /** Returns the point up to which the group has agreed, as far as this node has it. */
    public AgreedPoint point() {
        return store.agreedPoint();
    }

    /** Returns the point of the newest checkpoint. */
    public AgreedPoint checkpointed() {
        return store.checkpointPoint();
    }

    /** Returns the point up to which this node needs nothing again. */
    public AgreedPoint dispensable() {
        return store.dispensablePoint();
    }

    /**
     * Has this copy look for damaged records, and repair them with what the other nodes have. Call it once, before it leads.
     *
     * @param own a thread of its own, which may wait for the disk for long
     */
    public Scrubber scrub(Background own, PeerBytes peers, Scrubber.Listener listener) {
        scrubber = new Scrubber(store, files, own, peers, listener);
        scrubber.onRepaired(this::repaired);
        return scrubber;
    }

    private void repaired() {
        Broker present = elected == null ? reader : elected;
        if (present != null) {
            present.unreadable.repaired();
        }
    }

    /**
     * Repairs what is damaged behind the newest checkpoint, since {@link #reopen} replays it. Waits for the disk and for the
     * other nodes; the background of this copy must have ended.
     */
    public ScrubFigures mend(PeerBytes peers, Scrubber.Listener listener) {
        Background here = (job, done) -> {
            IOException failure = null;
            try {
                job.run();
            } catch (IOException e) {
                failure = e;
            }
            done.accept(failure);
        };
        Scrubber mending = new Scrubber(store, files, here, peers, listener);
        mending.pass(checkpointed().position(), point().position());
        return mending.figures();
    }

    /** Returns the failure after which this node takes nothing more, or null. It must halt then. */
    public IOException failure() {
        return store.log().poison();
    }

    /**
     * Takes a batch that the group has agreed on.
     *
     * @throws DivergedException where it does not continue this copy: the node must not go on
     */
    public void agreed(long term, long index, Batch batch) throws DivergedException {
        store.agreed(term, index, batch);
        requireSameGroup();
        state.tables.tell(elected == null ? Long.MAX_VALUE : store.log().committed());
        if (reader != null) {
            reader.announce();
        }
    }

    /**
     * Returns the broker that serves readers while this copy follows, with what the group has agreed on. It refuses whatever
     * would write a record, also after {@link #lead}.
     */
    public Broker reader() {
        if (elected != null) {
            throw new IllegalStateException("this copy leads or has led: its broker serves readers, too");
        }
        if (reader == null) {
            reader = new Broker(settings, byId, renderer, state, machine, store, background, true);
            reader.unreadable.repairedBy(scrubber);
            state.arrivals = reader::announceLater;
        }
        return reader;
    }

    /** Notes that the agreed sequence has passed an entry without a batch. */
    public void passed(long term, long index) throws DivergedException {
        store.passed(term, index);
    }

    /**
     * Begins to lead: writes the first records of the term. {@link #nextProposal} has the batch; {@link #leading} has the
     * broker once the group has agreed on it.
     *
     * @throws IOException where the disk has no room for them
     */
    public void lead(Leadership leadership) throws IOException {
        if (elected != null) {
            throw new IllegalStateException("this copy leads or has led: it must be opened anew first");
        }
        endOfOpening = Long.MAX_VALUE;
        if (reader != null) {
            reader.announce(); // what it has marked, the broker that decides would never mark again
        }
        reader = null;
        state.arrivals = null;
        store.log().lead(leadership.term());
        elected = new Broker(settings, byId, renderer, state, machine, store, background, false);
        elected.unreadable.repairedBy(scrubber);
        new Opening(elected, files, log).beginTerm(leadership, group);
        elected.endTurn();
        endOfOpening = elected.tail();
    }

    /** Returns the next batch on which the group has to agree; null where there is none, or enough are under way. */
    public Batch nextProposal() {
        return store.log().nextProposal();
    }

    /** Returns the broker of this node; null while it does not lead, or the begin of its term is not agreed on. */
    public Broker leading() {
        return elected == null || store.log().committed() < endOfOpening ? null : elected;
    }

    /** Returns whether the group has agreed on everything that this node decided. */
    public boolean isAllAgreed() {
        return store.isAllAgreed();
    }

    /**
     * Does what a follower has to do beside: checkpoints, background work that a full disk had stopped. The owner calls it
     * periodically.
     *
     * @return whether there is more to do at once
     */
    public boolean tend() {
        if (store.sinceCheckpoint() >= settings.checkpointBytes()) {
            store.checkpoint();
        }
        return store.advance();
    }

    /** Continues work that a full disk may have stopped. */
    public void resume() {
        store.resume();
    }

    /** Returns the state as bytes, for tests that compare nodes. */
    ByteBuffer snapshot() {
        state.postponed.timed.tidy();
        state.index.all().forEach(PartitionIndex::begin);
        return machine.snapshot();
    }

    /** Sets the pieces that a step of a checkpoint takes, for tests. */
    void stepPieces(int pieces) {
        state.changed.stepPieces(pieces);
    }

    Store store() {
        return store;
    }

    /**
     * Returns the newest checkpoint and everything below it, for another node.
     *
     * @param index of the first entry that the other node can still get: the checkpoint must be there or behind
     * @throws IOException where there is no such checkpoint; one is taken then, and the other node may ask again
     */
    public Export export(long index) throws IOException {
        if (checkpointed().index() >= index) {
            Export export = store.export();
            if (export != null) {
                return export;
            }
        }
        store.checkpoint();
        throw new IOException("There is no checkpoint at or behind entry " + index + " yet. One is being taken; ask again");
    }

    /**
     * A view of the log for another thread.
     *
     * @param number of the read
     */
    public record Lent(long number, LogView view) {}

    /** Lends a view of the log to another thread; {@link #end} must follow. */
    public Lent lend() {
        return new Lent(store.log().beginRead(), store.log().view());
    }

    /** Ends what was lent. */
    public void end(Lent lent) {
        store.log().endRead(lent.number());
    }

    /** Closes the files of a copy that another one replaces. The background must be idle. */
    public void abandon() throws IOException {
        store.abandon();
    }

    /** Ends cleanly where everything that this node decided is agreed on. The background must be idle. */
    public void close() throws IOException {
        store.close();
    }
}
