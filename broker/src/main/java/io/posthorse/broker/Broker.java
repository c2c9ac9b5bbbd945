package io.posthorse.broker;

import io.posthorse.log.Log;
import io.posthorse.log.LogSettings;
import io.posthorse.log.PartitionIndex;
import io.posthorse.log.RecordFormat;
import io.posthorse.log.Store;
import io.posthorse.platform.Background;
import io.posthorse.platform.FileStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.function.LongUnaryOperator;

/**
 * The core: commands that read the state and append events to the log. A command is part of a turn; what it appended is
 * applied at once, and visible to readers once the log has committed it. {@link Shard} runs the turns.
 *
 * <p>Commands never wait, read no clock and start no thread. Whatever could be refused is asked for with {@link #admit}
 * first, so that a command, once begun, cannot fail half-way.
 */
public final class Broker {
    /** How much log behind the tail counts as recent. */
    private static final long RECENT_BYTES = 4L << 30;
    /** Most partitions of a topic that comes to be with its first message. */
    private static final int AT_FIRST_MAX = 1_024;

    private final BrokerSettings settings;
    private final MessageFormat[] formats;
    private final MessageRenderer rendering;
    private final State state;
    private final StateMachine machine;
    private final Background background;
    private final Store store;
    private final Log log;
    private final MessageMoves moves;
    private final DelayedMessages delayed;
    private final Transactions transactions;
    private final Leases leases;
    private final Settlements settlements;
    private final PreparedGroups preparedGroups;
    private final OriginalMessages originals;
    private final ResidentRecords atHand;
    private final FaultReporter faults = new FaultReporter();
    private final Announcements announcements = new Announcements(faults);
    private final Appender appender;
    /** How many partitions all topics together may have. */
    int partitionsInAll = Bounds.partitionsInAll();
    private List<String> recovered = List.of();
    private LongUnaryOperator correction = time -> time;

    private Broker(
            BrokerSettings settings, MessageFormat[] formats, MessageRenderer rendering, State state, StateMachine machine,
            Store store, Background background) {
        this.background = background;
        this.settings = settings;
        this.formats = formats;
        this.rendering = rendering;
        this.machine = machine;
        this.state = state;
        this.store = store;
        this.log = store.log();
        this.appender = new Appender(store, machine, state, formats, announcements, faults);
        this.moves = new MessageMoves(this);
        this.delayed = new DelayedMessages(this);
        this.transactions = new Transactions(this);
        this.leases = new Leases(this);
        this.settlements = new Settlements(this);
        this.preparedGroups = new PreparedGroups(this);
        this.originals = new OriginalMessages(this);
        this.atHand = new ResidentRecords(this);
    }

    /**
     * Opens a data directory and replays what it holds.
     *
     * @param formats formats of all native bytes that may be in it; readers are shown messages in the first one
     */
    public static Broker open(
            FileStore files, LogSettings logSettings, Background background, BrokerSettings settings,
            List<MessageFormat> formats) throws IOException {
        MessageFormat[] byId = new MessageFormat[128];
        formats.forEach(f -> byId[f.id()] = f);
        MessageRenderer rendering = new MessageRenderer(byId, formats.getFirst());
        State state = new State(settings, rendering);
        StateMachine machine = new StateMachine(state, byId, SetAside.read(files));
        Store store = Opening.replay(files, logSettings, background, state, machine);
        Broker broker = new Broker(settings, byId, rendering, state, machine, store, background);
        broker.recovered = new Opening(broker, files, logSettings).begin();
        return broker;
    }

    /** What an operator should know of how the directory was found: damage, a cut tail. Empty after a clean end. */
    public List<String> openingReport() {
        return OpeningReport.of(store, state, machine.aside(), recovered);
    }

    /** Time of the turn in ms since 1970, which never goes back: for what is measured from one record to another. */
    public long now() {
        return appender.now();
    }

    /** Time of the turn in ms since 1970 as the machine's clock has it: for what producers and people say in its terms. */
    public long wallNow() {
        return appender.wallNow();
    }

    /** Has the times of records corrected that were written while the clock was doubted. */
    void correction(LongUnaryOperator ofRecords) {
        correction = ofRecords;
    }

    /** The time of a record as it counts for what is measured from it. */
    long lived(long recordMs) {
        return correction.applyAsLong(recordMs);
    }

    void now(long ms, long wallMs) {
        appender.begin(ms, wallMs);
    }

    /** Time of the newest record, ms since 1970; 0 where there is none. */
    long lastRecordMs() {
        return state.lastMs();
    }

    Background background() {
        return background;
    }

    Log log() {
        return log;
    }

    Store store() {
        return store;
    }

    State state() {
        return state;
    }

    BrokerSettings settings() {
        return settings;
    }

    MessageFormat[] formats() {
        return formats;
    }

    MessageRenderer rendering() {
        return rendering;
    }

    /** Takes a checkpoint of the present state, unless one is under way. */
    void checkpoint() {
        settlements.flush();
        store.checkpoint();
    }

    /** Failures that cost no more than what failed. */
    public FaultReporter faults() {
        return faults;
    }

    MessageMoves moves() {
        return moves;
    }

    /** Messages that become visible at a time of their own. */
    public DelayedMessages delayed() {
        return delayed;
    }

    /** Messages that become visible when they are committed. */
    public Transactions transactions() {
        return transactions;
    }

    /** Messages lent to consumers one by one. */
    public Leases leases() {
        return leases;
    }

    /** Messages settled one by one. */
    public Settlements settlements() {
        return settlements;
    }

    /** Begins what is to become true together. */
    public AtomicGroup group() {
        return new AtomicGroup(this);
    }

    /** Messages as their producers sent them. */
    public OriginalMessages originals() {
        return originals;
    }

    /** Groups that were prepared, and wait for a decision. */
    public PreparedGroups preparedGroups() {
        return preparedGroups;
    }

    // ---- topics

    public Topic topic(String name) {
        return state.topics.get(name);
    }

    /** All topics by name. */
    public Collection<Topic> topics() {
        return Collections.unmodifiableCollection(state.topics.values());
    }

    /** Who had topics and subscriptions made. */
    public Creations creations() {
        return state.creations;
    }

    /** Whether one more topic may be created. */
    public boolean hasRoomForTopic() {
        return state.topics.size() < settings.topicsMax() && state.partitions().size() <= partitionsInAll - AT_FIRST_MAX;
    }

    public int partitionsMax() {
        return settings.partitionsMax();
    }

    /**
     * Creates a topic or changes its settings; partitions are added, never taken away. Null where the log is full.
     *
     * @throws IllegalArgumentException where name or settings are beyond what can be stored
     */
    public Topic createOrUpdate(String name, TopicSettings wanted) {
        Topic before = topic(name);
        if (before != null && before.settings().equals(wanted)) {
            decided();
            return before;
        }
        Bounds.check(name, wanted);
        if (!settings.internal().contains(name)) {
            int has = before == null ? 0 : before.size();
            Bounds.checkPartitions(name, state.partitions().size(), wanted.partitions() - has, partitionsInAll);
        }
        if (!append(new Event.TopicChanged(name, wanted, state.nextPartition()))) {
            return null;
        }
        Topic topic = topic(name);
        announcements.add(topic, before == null, log.tail());
        return topic;
    }

    /** Deletes a topic with its messages and all cursors on it; consumers that wait on it are woken. */
    public boolean delete(Topic topic) {
        if (topic.isInternal()) {
            throw new IllegalArgumentException("the broker's own topic " + topic.name() + " cannot be deleted");
        }
        settlements.flush();
        if (!append(new Event.TopicDeleted(topic.name()))) {
            return false;
        }
        announcements.add(topic, false, log.tail());
        topic.partitions().forEach(partition -> partition.wakeAll(faults));
        return true;
    }

    /** Has topics told that come, change and go from now on. */
    public void onTopics(TopicListener listener) {
        announcements.onTopics(listener);
    }

    // ---- subscriptions

    public Subscription subscription(String name) {
        return state.subscriptions.get(name);
    }

    public Collection<Subscription> subscriptions() {
        return state.subscriptions.all();
    }

    /** Whether one more subscription may be created. */
    public boolean hasRoomForSubscription() {
        return state.subscriptions.size() < settings.subscriptionsMax();
    }

    /**
     * Creates a subscription or changes its settings. Null where the log is full.
     *
     * @throws IllegalArgumentException where name or settings are beyond what can be stored
     */
    public Subscription createOrUpdate(String name, SubscriptionSettings wanted) {
        Subscription before = subscription(name);
        if (before != null && before.settings().equals(wanted)) {
            decided();
            return before;
        }
        Bounds.check(name, wanted);
        int number = before == null ? state.subscriptions.next() : before.number();
        return append(new Event.SubscriptionChanged(name, wanted, number)) ? subscription(name) : null;
    }

    /** Deletes a subscription with its cursors. */
    public boolean delete(Subscription subscription) {
        settlements.flush();
        return append(new Event.SubscriptionDeleted(subscription.name()));
    }

    /** Moves a cursor, forward or back. Nothing is written where it is there already. */
    public boolean commit(Subscription subscription, Partition partition, long offset) {
        if (subscription.isTransient()) {
            subscription.begin(partition, offset);
            return true;
        }
        if (offset < 0 || subscription.cursor(partition) == offset) {
            decided();
            return true;
        }
        settlements.flush();
        if (partition.hasWaiters() && offset < subscription.cursor(partition)) {
            announceLater(partition); // there is something to be had again
        }
        return append(new Event.CursorMoved(subscription.number(), partition.id(), offset));
    }

    // ---- publishing

    /** Whether messages with so many native bytes in all can be published now. */
    public Admission admit(long nativeBytes, int messages) {
        if (log.admits(nativeBytes + (long) messages * RecordFormat.ENVELOPE, messages, false)) {
            return Admission.ADMITTED;
        }
        return refusal();
    }

    /** Why the log admits nothing. */
    Admission refusal() {
        return log.poison() == null ? Admission.DISK_FULL : Admission.FAILED;
    }

    /**
     * Appends a message to a partition; {@link #admit} must have admitted it.
     *
     * @param more whether the next message belongs to the same batch, of which all or nothing survives a crash
     * @return its position in the log; its offset is {@link #lastOffset}
     */
    public long publish(Partition partition, Message message, boolean more) {
        return append(partition, message, RecordFormat.LINK_NONE, 0, 0, more);
    }

    /** Offset of the message that the last publish appended to the partition. */
    public long lastOffset(Partition partition) {
        return partition.index.next() - 1;
    }

    /** Appends a message, with where it goes later or comes from. */
    long append(Partition partition, Message message, byte link, int linkPartition, long linkOffset, boolean more) {
        return appender.append(partition, message, link, linkPartition, linkOffset, more);
    }

    Appender appender() {
        return appender;
    }

    /** Has those woken who wait for the partition, at the end of the turn. */
    void announceLater(Partition partition) {
        announcements.addAtOnce(partition);
    }

    /** Appends an event; false where the log is full. */
    boolean append(Event event) {
        return appender.append(event);
    }

    /** The same, where the log has admitted it already; the record may be one of an atomic group. */
    void write(Event event, boolean more) {
        appender.write(event, more);
    }

    /** Ends the turn: hands all that was decided in it to the log. */
    void endTurn() {
        settlements.flush();
        log.write();
    }

    /** Notes that a message waits no longer; false where the log is full. */
    boolean settle(Partition partition, long offset) {
        return append(new Event.WaitEnded(partition.id(), offset));
    }

    // ---- reading

    /**
     * A position: once everything below it is committed, everything done so far is. What the turn has settled is written at
     * its end, and turns are committed as a whole.
     */
    public long tail() {
        return settlements.isFlushed() ? log.tail() : log.tail() + 8;
    }

    /**
     * Changes whenever something was decided, also where nothing had to be written for it: who is answered waits for {@link
     * #tail}, for the answer may rest on what others have written and is not committed yet.
     */
    public long decisions() {
        return appender.decisions();
    }

    /** Something was decided. */
    void decided() {
        appender.decided();
    }

    /** Whether a message at that offset was written lately, or might yet be: memory still holds what is that young. */
    public boolean isRecent(Partition partition, long offset) {
        long there = partition.index.ceiling(offset);
        return there >= partition.index.next() || partition.index.position(there) >= log.tail() - RECENT_BYTES;
    }

    /** Oldest offset kept. */
    public long begin(Partition partition) {
        return partition.index.begin();
    }

    /** Behind the last visible message. */
    public long end(Partition partition) {
        return partition.index.visibleEnd(log.committed());
    }

    /**
     * Finds messages to hand out.
     *
     * @param countMax most messages, at most {@link FetchResult#COUNT_MAX}
     * @param bytesMax native bytes after which no further message is taken; the first is taken whatever its size
     */
    public void fetch(Partition partition, long offset, int countMax, int bytesMax, TagFilter filter, FetchResult out) {
        PartitionReader.fetch(this, partition.index, offset, countMax, bytesMax, filter, out);
    }

    /** Begins to read what was found by another thread. */
    public ColdRead beginRead(FetchResult found) {
        return found.detach(log, rendering);
    }

    /** Whether a message may have to come from the disk. */
    boolean isCold(long position) {
        return position < log.tail() - settings.hotBytes();
    }

    /** Begins a search for messages of a topic by key; {@link KeySearch#end} must follow. */
    public KeySearch search(Topic topic) {
        return new KeySearch(log, rendering, store.keys(), topic.numbers());
    }

    /** What can be read without waiting for the disk. */
    public ResidentRecords atHand() {
        return atHand;
    }

    /** Native bytes of the message whose record stands at a position, null where there is none; may wait for the disk. */
    ByteBuffer nativeAt(long position) {
        ByteBuffer bytes = PartitionReader.nativeAt(log, position);
        return bytes == null || !rendering.isNeeded() ? bytes : rendering.of(log.bytes(position), log.index(position));
    }

    /** Position of the message at an offset; -1 where there is none. */
    public long positionOf(Partition partition, long offset) {
        return MessageMoves.position(partition, offset);
    }

    /** Has the waiter woken when the partition gets messages, or goes. */
    public void await(Partition partition, Waiter waiter) {
        partition.add(waiter);
    }

    /**
     * Wakes those who wait for what the log has committed since the last call.
     *
     * @return whether a scheduled message is among it, which may be due sooner than the timer expects
     */
    boolean announce() {
        return announcements.tell(log.committed());
    }

    /** State as bytes, for tests that compare a replayed broker with the one that wrote the log. */
    public ByteBuffer snapshot() {
        state.postponed.timed.tidy();
        state.index.all().forEach(PartitionIndex::begin);
        return machine.snapshot();
    }

    /** Ends cleanly. Background work must be at rest. */
    void close() throws IOException {
        settlements.flush();
        store.close();
    }
}
