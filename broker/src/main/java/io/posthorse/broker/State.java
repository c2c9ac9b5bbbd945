package io.posthorse.broker;

import io.posthorse.log.Index;
import io.posthorse.log.LogRange;
import io.posthorse.log.RecordFormat;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Collections;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.ObjLongConsumer;

/**
 * The state: everything durable that the broker knows, and the one place where it changes. {@link #apply} is the effect of
 * one record, the same when it is written and when it is replayed. It checks each number and count in a record against the
 * present state.
 */
final class State {
    /**
     * Maximum distance between a partition's next offset and an offset in a record: damaged messages and jumps skip that
     * many.
     */
    private static final long GAP_MAX = 1L << 40;
    /** The same distance in a whole log: earlier releases could settle offsets that were never used. */
    private static final long SLACK = 1L << 24;

    final Index index = new Index();
    final StateChanges changed = new StateChanges();
    final PostponedMessages postponed;
    final TreeMap<String, Topic> topics = new TreeMap<>();
    final Subscriptions subscriptions = new Subscriptions();
    /** Position of each prepared group's record, by its id. */
    final TreeMap<String, Long> preparedGroups = new TreeMap<>();
    /** Ids of groups that the checkpoint under way has still to write. */
    final ChangedKeys<String> changedGroups = new ChangedKeys<>(id -> StateSections.putGroup(this, id));
    /** Small tables of entries that mean nothing here. */
    final Tables tables = new Tables(changed);
    final Creations creations;
    /** Topics and subscriptions that depend on one record so far. */
    final UnconfirmedChanges unconfirmed = new UnconfirmedChanges();

    final MessageRenderer renderer;
    private final PartitionNumbers partitions = new PartitionNumbers();
    private final RecoveredTopics recovered = new RecoveredTopics(this);
    private final InternalTopics internal;
    private long changes;
    private long revivals;
    /** Whether a part of the log that was read is damaged. */
    private boolean damaged;
    /** The group of nodes that the log belongs to; null where it is a broker's own. */
    GroupIdentity group;
    /** The group before its first term where the record that says so cannot be read; null where there is none. */
    GroupIdentity presumed;
    /** Gets each range that the group has dropped, and the position of the record. */
    private ObjLongConsumer<LogRange> dropped = (range, position) -> { };
    /** Gets each partition that a message has come to; null where nobody waits for them. */
    Consumer<Partition> arrivals;
    private long lastMs;
    private int leftOut;
    /** Settings of the last topic: most topics have equal ones, and share the object. */
    private TopicSettings lastSettings = TopicSettings.of(1);

    /** @param renderer notes whether a checkpoint covers messages of other formats */
    State(BrokerSettings settings, MessageRenderer renderer) {
        this.renderer = renderer;
        this.internal = settings.internal();
        this.creations = new Creations(settings);
        this.postponed = new PostponedMessages(internal, settings.lanesMs(), changed);
        changed.also(changedGroups);
    }

    Collection<Topic> topics() {
        return Collections.unmodifiableCollection(topics.values());
    }

    /** Returns a partition by its number in the log; null where it is deleted. */
    Partition partition(int id) {
        return partitions.get(id);
    }

    PartitionNumbers partitions() {
        return partitions;
    }

    /** Returns the number of the next new partition. */
    int nextPartition() {
        return partitions.next();
    }

    /** Returns how often messages became awaited again that nobody waited for. */
    long revivals() {
        return revivals;
    }

    /** Returns the time of the newest record, ms since 1970; 0 where none has one. */
    long lastMs() {
        return lastMs;
    }

    /** Notes the time of a record. */
    void noteTime(long timeMs) {
        lastMs = Math.max(lastMs, timeMs);
    }

    /** Sets the listener for ranges that a group has dropped, and for the positions of the records. */
    void onDropped(ObjLongConsumer<LogRange> listener) {
        dropped = listener;
    }

    /** Returns the number of changes of topics and subscriptions themselves. */
    long changes() {
        return changes;
    }

    /** Notes that a subscription was left out because its name is too long. */
    void noteLeftOut() {
        leftOut++;
    }

    /** Returns the number of subscriptions left out in this opening. */
    int leftOut() {
        return leftOut;
    }

    RecoveredTopics recovered() {
        return recovered;
    }

    // ---- events

    /**
     * Applies an event.
     *
     * @param position of its record
     * @throws MalformedEventException where it is impossible; nothing has changed then
     */
    void apply(Event event, long position) {
        switch (event) {
            case Event.TopicChanged e -> topicChanged(e);
            case Event.TopicDeleted e -> topicDeleted(e.name());
            case Event.SubscriptionChanged e -> subscriptionChanged(e);
            case Event.SubscriptionDeleted e -> subscriptionDeleted(e.name());
            case Event.CursorMoved e -> cursorMoved(e);
            case Event.Jumped e -> {
                FieldCodec.require(e.offsets() > 0 && e.offsets() <= GAP_MAX, "a jump by %d offsets", e.offsets());
                topics.values().forEach(changed::touch);
                index.jump(e.offsets());
            }
            case Event.WaitEnded e -> waitEnded(e.partition(), e.offset());
            case Event.Checked e -> postponed.prepared.checked(e.offset(), e.nextCheckMs(), e.asked());
            case Event.Lent e -> lent(e);
            case Event.LentSettled e -> lentSettled(e);
            case Event.LeaseChanged e -> {
                LeaseCursor leases = leases(e.subscription(), e.partition());
                if (leases != null) {
                    leases.change(e.offset(), e.receipt(), e.untilMs());
                }
            }
            case Event.Settled e -> settled(e);
            case Event.Returned e -> {
                Subscription of = reader(e.subscription(), e.partition());
                if (of != null && e.offset() < bound(e.partition())) {
                    place(of, partition(e.partition())).settled().returned(e.offset(), e.times());
                }
            }
            case Event.GroupPrepared e -> {
                changedGroups.touch(e.id());
                preparedGroups.put(e.id(), position);
            }
            case Event.GroupDecided e -> {
                changedGroups.touch(e.id());
                preparedGroups.remove(e.id());
            }
            case Event.Nothing e -> { }
            case Event.GroupFormed e -> {
                FieldCodec.require(group == null, "a second group in one log");
                group = new GroupIdentity(e.id(), e.segmentBytes(), 0, 0, "");
            }
            case Event.TermBegan e -> {
                GroupIdentity before = group == null ? presumed : group;
                FieldCodec.require(before != null, "a term without a group");
                group = before.in(e);
            }
            case Event.RangeDropped e -> {
                FieldCodec.require(e.from() >= 0 && e.from() < e.to() && e.to() <= position,
                        "records from %d to %d dropped", e.from(), e.to());
                topics.values().forEach(changed::touch);
                index.drop(e.from(), e.to());
                dropped.accept(new LogRange(e.from(), e.to()), position);
            }
            case Event.TableChanged e -> tables.apply(e.entry(), position);
        }
    }

    private void topicChanged(Event.TopicChanged event) {
        Topic known = topics.get(event.name());
        int has = known == null ? 0 : known.size();
        // a repeated record of a topic names its very first partition, others the first new one
        boolean repeated = has > 0 && known.partition(0).id() == event.firstNew();
        int first = repeated ? event.firstNew() + has : event.firstNew();
        int gains = Math.max(0, event.settings().partitions() - has);
        partitions.requireFree(first, gains);
        boolean isNews = !repeated || gains > 0 || !known.settings().equals(event.settings());
        TopicSettings settings = shared(event.settings());
        Topic topic = known != null ? known : newTopic(event.name(), settings);
        changed.touch(topic);
        topics.put(event.name(), topic);
        topic.settings(settings);
        partitions.skipTo(event.firstNew());
        for (int i = 0; i < gains; i++) {
            Partition gained = addPartition(topic, first + i, 0, 0);
            topic.partition(0).readers().filter(Subscription::settlesOneByOne).forEach(s -> begin(s, gained));
        }
        if (isNews) {
            changes++;
            unconfirmed.add(topic);
        } else {
            unconfirmed.remove(topic);
        }
    }

    /** Sets the begin of a subscription to the first message of a partition, unless it has one. */
    private void begin(Subscription subscription, Partition partition) {
        if (subscription.cursor(partition) < 0) {
            place(subscription, partition).cursor = 0;
        }
    }

    private void subscriptionChanged(Event.SubscriptionChanged event) {
        Subscription before = subscriptions.get(event.name());
        if (before != null && before.number() < event.subscription()) {
            subscriptionDeleted(event.name()); // numbers are used once: the record of its deletion is damaged
            before = null;
        }
        if (before != null) {
            changed.touch(before);
        }
        Subscription news = subscriptions.changed(event);
        changed.touch(subscriptions.get(event.name()));
        if (news != null) {
            changes++;
            unconfirmed.add(news);
        } else {
            unconfirmed.remove(subscriptions.get(event.name()));
        }
    }

    private void subscriptionDeleted(String name) {
        changes++;
        Subscription gone = subscriptions.get(name);
        if (gone != null) {
            gone.places().forEach(changed::goes);
            changed.goes(gone);
            subscriptions.deleted(gone);
            creations.gone(gone);
            unconfirmed.remove(gone);
        }
    }

    /** Returns the previous settings object where it is equal. */
    TopicSettings shared(TopicSettings settings) {
        lastSettings = settings.equals(lastSettings) ? lastSettings : settings;
        return lastSettings;
    }

    Topic newTopic(String name, TopicSettings settings) {
        return new Topic(name, settings, internal.contains(name));
    }

    Partition addPartition(Topic topic, int id, long begin, long next) {
        Partition partition = new Partition(topic, topic.size(), index.create(id, begin, next));
        topic.add(partition);
        partitions.add(partition);
        if (topic.isInternal()) {
            postponed.add(partition);
        }
        return partition;
    }

    private void topicDeleted(String name) {
        Topic topic = topics.remove(name);
        if (topic == null) {
            return; // the record of its creation is damaged
        }
        changes++;
        changed.goes(topic);
        topic.delete();
        creations.gone(topic);
        unconfirmed.remove(topic);
        for (Partition partition : topic.partitions()) {
            partition.readers().forEach(subscription -> {
                changed.goes(subscription.placeAt(partition.id()));
                subscription.forget(partition.id());
            });
            index.remove(partition.id());
            partitions.remove(partition);
        }
    }

    // ---- cursors

    /** Returns the subscription of an event about a partition; null where the partition is deleted. */
    private Subscription reader(int subscription, int partition) {
        return partition(partition) == null ? null : subscriptions.mentioned(subscription);
    }

    /** Returns the cursor of a subscription in a partition, and marks it as changed. */
    private PartitionCursor place(Subscription subscription, Partition partition) {
        PartitionCursor place = subscription.place(partition);
        changed.touch(place);
        return place;
    }

    /** Notes that a part of the log is damaged: it may have held messages that later records refer to. */
    void noteDamage() {
        damaged = true;
    }

    /** Returns the exclusive upper bound of a partition's offsets in a record. */
    private long bound(int partition) {
        return partition(partition).index.next() + (damaged ? GAP_MAX : SLACK);
    }

    private void cursorMoved(Event.CursorMoved event) {
        Subscription of = reader(event.subscription(), event.partition());
        if (of != null) {
            Partition partition = partition(event.partition());
            long before = of.cursor(partition);
            SettledCursor settled = of.settled(partition);
            boolean forgets = before < 0 || event.offset() < before || settled != null && settled.settledAbove() > 0;
            if (of.settlesOneByOne() && event.offset() < partition.index.next() && forgets) {
                revivals++;
            }
            place(of, partition).move(event.offset());
        }
    }

    private void settled(Event.Settled event) {
        Subscription of = reader(event.subscription(), event.partition());
        if (of == null) {
            return;
        }
        long[] runs = event.runs();
        for (int i = 0; i < runs.length; i += 2) {
            long end = runs[i] + runs[i + 1];
            FieldCodec.require(runs[i] >= 0 && runs[i + 1] > 0 && end > runs[i] && end <= bound(event.partition()),
                    "%d settled messages from offset %d", runs[i + 1], runs[i]);
        }
        PartitionCursor place = place(of, partition(event.partition()));
        SettledCursor cursor = place.settled();
        long given = damaged ? Long.MAX_VALUE : partition(event.partition()).index.next(); // later ones are not settled
        for (int i = 0; i < runs.length; i += 2) {
            if (runs[i] < given) {
                cursor.settle(runs[i], Math.min(runs[i + 1], given - runs[i]));
            }
        }
        place.cursor = cursor.floor();
    }

    /** Returns the leases of a subscription in a partition, and creates them; null where either is deleted. */
    private LeaseCursor leases(int subscription, int partition) {
        Subscription of = reader(subscription, partition);
        return of == null ? null : place(of, partition(partition)).leases();
    }

    private void lent(Event.Lent event) {
        LeaseCursor leases = leases(event.subscription(), event.partition());
        if (leases == null) {
            return;
        }
        long end = Math.max(leases.next(), event.behind());
        FieldCodec.require(end <= bound(event.partition()), "lent messages up to offset %d", event.behind());
        for (long offset : event.offsets()) {
            FieldCodec.require(offset >= 0 && offset < end, "a lent message at offset %d, but the end is %d", offset, end);
        }
        leases.lend(event.offsets(), event.offsets().length, event.behind(), event.receipt(), event.untilMs());
        rise(event.subscription(), event.partition(), leases);
    }

    private void lentSettled(Event.LentSettled event) {
        LeaseCursor leases = leases(event.subscription(), event.partition());
        if (leases != null) {
            for (long offset : event.offsets()) {
                leases.settle(offset);
            }
            rise(event.subscription(), event.partition(), leases);
        }
    }

    /** Moves the cursor of a subscription that lends to its oldest unsettled message. */
    private void rise(int subscription, int partition, LeaseCursor leases) {
        subscriptions.byNumber(subscription).placeAt(partition).cursor = leases.floor();
    }

    private void waitEnded(int partition, long offset) {
        if (partition(partition) != null && offset >= 0 && offset < bound(partition)) {
            postponed.settle(partition, offset);
        }
    }

    // ---- messages

    /**
     * Applies a message's record.
     *
     * @param at index of the record
     * @throws MalformedEventException where it is impossible
     */
    void applyMessage(ByteBuffer bytes, int at, long position, int length, MessageFormat[] formats) {
        if (length < RecordFormat.NATIVE) {
            throw new MalformedEventException("a message of " + length + " bytes");
        }
        renderer.noteFormat(bytes.get(at + RecordFormat.FORMAT));
        int id = bytes.getInt(at + RecordFormat.PARTITION);
        Partition partition = partitions.isUnmade(id) ? recovered.partition(bytes, at, length, id, formats) : partition(id);
        long offset = bytes.getLong(at + RecordFormat.OFFSET);
        if (partition != null && bytes.get(at + RecordFormat.LINK) == RecordFormat.LINK_CARRIED
                && offset >= 0 && offset < partition.index.next()) {
            changed.touch(partition.topic());
            index.relocate(partition.index, offset, position, length - RecordFormat.NATIVE,
                    bytes.getInt(at + RecordFormat.TAG));
            return;
        }
        if (partition == null || offset < partition.index.next()) {
            return; // of a deleted topic, or an unknown one
        }
        if (offset - partition.index.next() > GAP_MAX) {
            throw new MalformedEventException("offset " + offset + ", but the next is " + partition.index.next());
        }
        changed.touch(partition.topic());
        index.append(partition.index, offset, position, length - RecordFormat.NATIVE, bytes.getInt(at + RecordFormat.TAG));
        partition.lastPosition = position;
        byte link = bytes.get(at + RecordFormat.LINK);
        if (link != RecordFormat.LINK_NONE) {
            if (RecoveredTopics.hasTarget(link)) { // even where its creation was lost: no other may get the message
                partitions.skipTo(bytes.getInt(at + RecordFormat.LINK_PARTITION) + 1);
            }
            postponed.apply(partition, offset, link, bytes.getInt(at + RecordFormat.LINK_PARTITION),
                    bytes.getLong(at + RecordFormat.LINK_OFFSET));
        }
        if (arrivals != null) {
            arrivals.accept(partition);
        }
    }
}
