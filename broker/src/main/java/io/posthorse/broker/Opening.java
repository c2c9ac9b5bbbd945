package io.posthorse.broker;

import io.posthorse.log.Following;
import io.posthorse.log.LogCorruptException;
import io.posthorse.log.LogSettings;
import io.posthorse.log.Store;
import io.posthorse.platform.Background;
import io.posthorse.platform.FileStore;
import io.posthorse.platform.NoSpaceException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** The opening of a broker, before its first turn: skips offsets that may have been lost, and creates its own topics. */
final class Opening {
    /** Offsets skipped, twice, after a crash of the machine with unforced messages: more than can have been in flight. */
    static final long JUMP = 1 << 20;

    private final Broker broker;
    private final FileStore files;
    private final LogSettings log;
    private final List<String> recovered = new ArrayList<>();

    Opening(Broker broker, FileStore files, LogSettings log) {
        this.broker = broker;
        this.files = files;
        this.log = log;
    }

    /** Replays the records of a data directory. */
    static Store replay(FileStore files, LogSettings settings, Background background, State state, StateMachine machine)
            throws IOException {
        try {
            return Store.open(files, settings, background, state.index, machine);
        } catch (PoisonedRecordException e) {
            throw new LogCorruptException(e.getMessage(), e);
        } catch (MalformedEventException e) {
            throw new LogCorruptException("The newest checkpoint has a valid checksum but impossible contents: "
                    + e.getMessage() + ". Nothing was changed. Move the *.checkpoint file that ends last, and its"
                    + " *.checkpoint-copy, out of the data directory, and start again: the broker then uses the one"
                    + " before it, and the log behind it.", e);
        }
    }

    /** Opens the data directory of a broker of its own. */
    static Broker open(
            FileStore files, LogSettings log, Background background, BrokerSettings settings, List<MessageFormat> formats,
            Beginning beginning) throws IOException {
        MessageFormat[] byId = MessageFormat.byId(formats);
        MessageRenderer renderer = new MessageRenderer(settings, byId, formats.getFirst());
        State state = new State(settings, renderer);
        StateMachine machine = new StateMachine(state, byId, SetAside.read(files));
        Store store = replay(files, log, background, state, machine);
        Broker broker = new Broker(settings, byId, renderer, state, machine, store, background, false);
        long end = Following.endOf(store.log());
        long whole = store.damages().isEmpty() ? end : Math.min(end, store.damages().getFirst().from());
        boolean wasElsewhere = beginning.began(whole);
        broker.recovered(new Opening(broker, files, log).begin(wasElsewhere));
        return broker;
    }

    /**
     * Opens; returns the names of subscriptions of which only cursors are known.
     *
     * @param wasElsewhere whether clients may have seen offsets of messages that this log never had
     */
    private List<String> begin(boolean wasElsewhere) throws IOException {
        State state = broker.state();
        long jump = broker.store().tailLost() || wasElsewhere ? JUMP : broker.store().lostOffsets();
        for (int i = 0; jump > 0 && state.nextPartition() > 0 && i < 2; i++) { // twice, since one of the two records may rot
            if (!broker.append(new Event.Jumped(jump))) {
                throw noSpace();
            }
        }
        for (Subscription nameless : state.subscriptions.nameless().toArray(Subscription[]::new)) {
            String name = "recovered-subscription-" + nameless.number();
            if (!broker.append(new Event.SubscriptionChanged(name, nameless.settings(), nameless.number()))) {
                throw noSpace();
            }
            recovered.add(name);
        }
        createInternalTopics();
        broker.store().start();
        return recovered;
    }

    /** Begins to lead a group: the first records of a term. */
    void beginTerm(GroupReplica.Leadership leadership, UUID group) throws IOException {
        State state = broker.state();
        if (state.group == null && !broker.append(new Event.GroupFormed(group, log.segmentBytes()))
                || !broker.append(new Event.TermBegan(leadership.term(), GroupReplica.LEVEL, leadership.node()))) {
            throw noSpace();
        }
        createInternalTopics();
    }

    private void createInternalTopics() throws IOException {
        BrokerSettings settings = broker.settings();
        int lanes = settings.lanesMs().size();
        Topic schedule = broker.topic(settings.internal().schedule());
        if (schedule == null || schedule.partitions().size() < lanes) {
            create(settings.internal().schedule(), lanes);
        }
        for (String name : settings.internal().single()) {
            if (broker.topic(name) == null) {
                create(name, 1);
            }
        }
    }

    private IOException noSpace() throws IOException {
        return new NoSpaceException(
                files.place(), (long) log.allocateBytes() + log.reserveBytes(), files.usableBytes(), null);
    }

    private void create(String internal, int partitions) throws IOException {
        if (broker.createOrUpdate(internal, TopicSettings.of(partitions)) == null) {
            throw noSpace();
        }
    }
}
