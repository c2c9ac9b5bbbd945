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
 * The core: commands that read the state and append events to the log. A command is part of a turn; its records are applied
 * at once, and visible to readers once the log has committed them. {@link Shard} runs the turns.
 *
 * <p>Commands never wait, read no clock and start no thread. They first call {@link #admit} for everything that could be
 * refused, so that a command, once begun, cannot fail half-way.
 */
public final class Broker {
    /** Bytes of log behind the tail that count as recent. */
    private static final long RECENT_BYTES = 4L << 30;
    /** Maximum partitions of a topic that its first message creates. */
    private static final int AT_FIRST_MAX = 1_024;

    private final BrokerSettings settings;
    private final MessageFormat[] formats;
    private final MessageRenderer renderer;
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
    private final ResidentRecords resident;
    private final FaultReporter faults = new FaultReporter();
    final UnreadableRecords unreadable = new UnreadableRecords(this);
    private final Announcements announcements = new Announcements(faults);
    private final Appender appender;
    /** Maximum number of partitions of all topics together. */
    int partitionsInAll;
    private List<String> recovered = List.of();
    private LongUnaryOperator correction = time -> time;

    Broker(
            BrokerSettings settings, MessageFormat[] formats, MessageRenderer renderer, State state, StateMachine machine,
            Store store, Background background, boolean follows) {
        this.background = background;
        this.settings = settings;
        this.partitionsInAll = Bounds.partitionsInAll(settings);
        this.formats = formats;
        this.renderer = renderer;
        this.machine = machine;
        this.state = state;
        this.store = store;
        this.log = store.log();
        this.appender = new Appender(store, machine, state, formats, announcements, faults, follows);
        this.moves = new MessageMoves(this);
        this.delayed = new DelayedMessages(this);
        this.transactions = new Transactions(this);
        this.leases = new Leases(this);
        this.settlements = new Settlements(this);
        this.preparedGroups = new PreparedGroups(this);
        this.originals = new OriginalMessages(this);
        this.resident = new ResidentRecords(this);
    }

    /**
     * Opens a data directory and replays its records.
     *
     * @param formats formats of all native bytes that may be in it; readers see messages in the first one
     */
    public static Broker open(
            FileStore files, LogSettings logSettings, Background background, BrokerSettings settings,
            List<MessageFormat> formats) throws IOException {
        return Opening.open(files, logSettings, background, settings, formats, end -> false);
    }

    /** Notes the names of subscriptions of which only cursors are known. */
    void recovered(List<String> names) {
        recovered = names;
    }

    /** Returns what an operator should know about the opening: damage, a cut tail. Empty after a clean end. */
    public List<String> openingReport() {
        return OpeningReport.of(store, state, machine.aside(), recovered);
    }

    /** Returns the time of the turn in ms since 1970, which never goes back: for durations between records. */
    public long now() {
        return appender.now();
    }

    /** Returns the time of the turn in ms since 1970 by the machine's clock: for times that producers and people state. */
    public long wallNow() {
        return appender.wallNow();
    }

    /** Sets the correction for times of records that were written while the clock was doubted. */
    void correction(LongUnaryOperator ofRecords) {
        correction = ofRecords;
    }

    /** Returns the corrected time of a record, for durations since it. */
    long correctedTime(long recordMs) {
        return correction.applyAsLong(recordMs);
    }

    void now(long ms, long wallMs) {
        appender.time(ms, wallMs);
    }

    /** Returns the time of the newest record, ms since 1970; 0 where there is none. */
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

    public BrokerSettings settings() {
        return settings;
    }

    MessageFormat[] formats() {
        return formats;
    }

    MessageRenderer renderer() {
        return renderer;
    }

    /** Takes a checkpoint of the present state, unless one is under way. */
    void checkpoint() {
        settlements.flush();
        store.checkpoint();
    }

    /** Returns the reporter of failures that affect only a part of the broker. */
    public FaultReporter faults() {
        return faults;
    }

    MessageMoves moves() {
        return moves;
    }

    /** Returns the commands on messages that become visible at a time of their own. */
    public DelayedMessages delayed() {
        return delayed;
    }

    /** Returns the commands on messages that become visible when they are committed. */
    public Transactions transactions() {
        return transactions;
    }

    /** Returns the commands on messages lent to consumers one by one. */
    public Leases leases() {
        return leases;
    }

    /** Returns the commands on messages settled one by one. */
    public Settlements settlements() {
        return settlements;
    }

    /** Begins an atomic group. */
    public AtomicGroup group() {
        return new AtomicGroup(this);
    }

    /** Returns the reader of messages as their producers sent them. */
    public OriginalMessages originals() {
        return originals;
    }

    /** Returns the prepared groups that wait for a decision. */
    public PreparedGroups preparedGroups() {
        return preparedGroups;
    }

    // ---- topics

    public Topic topic(String name) {
        return state.topics.get(name);
    }

    /** Returns all topics by name. */
    public Collection<Topic> topics() {
        return Collections.unmodifiableCollection(state.topics.values());
    }

    /** Returns the record of who created topics and subscriptions. */
    public Creations creations() {
        return state.creations;
    }

    /** Returns whether one more topic may be created. */
    public boolean hasRoomForTopic() {
        return state.topics.size() < settings.topicsMax() && state.partitions().size() <= partitionsInAll - AT_FIRST_MAX;
    }

    public int partitionsMax() {
        return settings.partitionsMax();
    }

    /**
     * Creates a topic or changes its settings; partitions are added, never removed. Returns null where the log is full.
     *
     * @throws IllegalArgumentException where name or settings exceed their bounds
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

    /** Deletes a topic with its messages and all cursors on it, and wakes its waiting consumers. */
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

    /** Registers a listener for topics that are created, changed and deleted. */
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

    /** Returns whether one more subscription may be created. */
    public boolean hasRoomForSubscription() {
        return state.subscriptions.size() < settings.subscriptionsMax();
    }

    /**
     * Creates a subscription or changes its settings. Returns null where the log is full.
     *
     * @throws IllegalArgumentException where name or settings exceed their bounds
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

    /** Moves a cursor, forward or back. Writes nothing where it has that offset already. */
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
        if (!appender.follows() && partition.hasWaiters() && offset < subscription.cursor(partition)) {
            announceLater(partition); // the waiters have messages to read again
        }
        return append(new Event.CursorMoved(subscription.number(), partition.id(), offset));
    }

    // ---- publishing

    /** Returns whether messages of {@code nativeBytes} in total can be published now. */
    public Admission admit(long nativeBytes, int messages) {
        boolean isAdmitted = appender.admits(nativeBytes + (long) messages * RecordFormat.ENVELOPE, messages, false);
        return isAdmitted ? Admission.ADMITTED : refusal();
    }

    /** Returns why the log refuses records. */
    Admission refusal() {
        return log.poison() != null ? Admission.FAILED : appender.follows() ? Admission.FOLLOWS
                : log.isGroupBehind() ? Admission.GROUP_BEHIND : Admission.DISK_FULL;
    }

    /**
     * Appends a message to a partition; {@link #admit} must have admitted it.
     *
     * @param more whether the next message belongs to the same batch, which survives a crash as a whole or not at all
     * @return its position in the log; its offset is {@link #lastOffset}
     */
    public long publish(Partition partition, Message message, boolean more) {
        return append(partition, message, RecordFormat.LINK_NONE, 0, 0, more);
    }

    /** Returns the offset of the message that was last published to the partition. */
    public long lastOffset(Partition partition) {
        return partition.index.next() - 1;
    }

    /** Appends a message with a link to its later or earlier partition. */
    long append(Partition partition, Message message, byte link, int linkPartition, long linkOffset, boolean more) {
        return appender.append(partition, message, link, linkPartition, linkOffset, more);
    }

    Appender appender() {
        return appender;
    }

    /** Wakes those who wait for the partition at the end of the turn. */
    void announceLater(Partition partition) {
        announcements.addAtOnce(partition);
    }

    /** Appends an event; returns false where the log is full. */
    boolean append(Event event) {
        return appender.append(event);
    }

    /** Appends an event that the log has already admitted; the record may be part of an atomic group. */
    void write(Event event, boolean more) {
        appender.write(event, more);
    }

    /** Ends the turn: passes its records to the log. */
    void endTurn() {
        settlements.flush();
        log.write();
    }

    /** Notes that a message no longer waits; returns false where the log is full. */
    boolean settle(Partition partition, long offset) {
        return append(new Event.WaitEnded(partition.id(), offset));
    }

    // ---- reading

    /**
     * Returns a position: once everything below it is committed, everything done so far is. Settlements are written at the
     * end of the turn, and turns are committed as a whole.
     */
    public long tail() {
        return settlements.isFlushed() ? log.tail() : log.tail() + 8;
    }

    /**
     * Returns a number that changes with each decision, even one that writes nothing: its answer must wait for
     * {@link #tail} too, since it may depend on records that are not committed yet.
     */
    public long decisions() {
        return appender.decisions();
    }

    /** Notes a decision. */
    void decided() {
        appender.decided();
    }

    /** Returns whether the message at an offset was written recently or may still be written: memory still holds it. */
    public boolean isRecent(Partition partition, long offset) {
        long there = partition.index.ceiling(offset);
        return there >= partition.index.next() || partition.index.position(there) >= log.tail() - RECENT_BYTES;
    }

    /** Returns the oldest offset kept. */
    public long begin(Partition partition) {
        return partition.index.begin();
    }

    /** Returns the offset behind the last visible message. */
    public long end(Partition partition) {
        return partition.index.visibleEnd(log.committed());
    }

    /**
     * Finds messages for a reader.
     *
     * @param countMax maximum number of messages, at most {@link FetchResult#COUNT_MAX}
     * @param bytesMax native bytes after which no further message is taken; the first is taken whatever its size
     */
    public void fetch(Partition partition, long offset, int countMax, int bytesMax, TagFilter filter, FetchResult out) {
        PartitionReader.fetch(this, partition.index, offset, countMax, bytesMax, filter, out);
    }

    /** Begins to read the found messages on another thread. */
    public ColdRead beginRead(FetchResult found) {
        return found.detach(log, renderer, unreadable);
    }

    /** Returns whether a message may have to come from the disk. */
    boolean isCold(long position) {
        return position < log.tail() - settings.hotBytes();
    }

    /** Begins a search for messages of a topic by key; {@link KeySearch#end} must follow. */
    public KeySearch search(Topic topic) {
        return new KeySearch(log, renderer, store.keys(), topic.numbers(), unreadable);
    }

    /** Returns the records that can be read without waiting for the disk. */
    public ResidentRecords resident() {
        return resident;
    }

    /** Returns the native bytes of the message at a position, null where there is none; may wait for the disk. */
    ByteBuffer nativeAt(long position) {
        ByteBuffer bytes = PartitionReader.nativeAt(log, position);
        return bytes == null || !renderer.isNeeded() ? bytes : renderer.of(log.bytes(position), log.index(position));
    }

    /** Returns the position of the message at an offset; -1 where there is none. */
    public long positionOf(Partition partition, long offset) {
        return MessageMoves.position(partition, offset);
    }

    /** Registers a waiter, which is woken when the partition gets messages or is deleted. */
    public void await(Partition partition, Waiter waiter) {
        partition.add(waiter);
    }

    /**
     * Wakes those who wait for messages committed since the last call.
     *
     * @return whether a scheduled message is among them, which may be due sooner than the timer expects
     */
    boolean announce() {
        return announcements.tell(log.committed());
    }

    /** Returns the state as bytes, for tests that compare a replayed broker with the one that wrote the log. */
    public ByteBuffer snapshot() {
        state.postponed.timed.tidy();
        state.index.all().forEach(PartitionIndex::begin);
        return machine.snapshot();
    }

    /** Ends cleanly. The background must be idle. */
    void close() throws IOException {
        settlements.flush();
        store.close();
    }
}
