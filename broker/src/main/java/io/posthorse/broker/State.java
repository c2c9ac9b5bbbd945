package io.posthorse.broker;

import io.posthorse.log.Index;
import io.posthorse.log.PartitionIndex;
import io.posthorse.log.RecordFormat;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Everything the broker knows that survives, and the one place where it changes: each method below that begins with
 * {@code apply} is the effect of one event, the same live and in replay.
 */
final class State {
    final Index index = new Index();
    final Postponed postponed;
    final TreeMap<String, Topic> topics = new TreeMap<>();
    final TreeMap<String, Subscription> subscriptions = new TreeMap<>();
    /** Position of each prepared group's record, by its id. */
    final TreeMap<String, Long> preparedGroups = new TreeMap<>();

    private final Rendering rendering;
    private final List<Subscription> subscriptionsById = new ArrayList<>();
    private final List<Partition> partitionsById = new ArrayList<>();
    private final InternalTopics internal;
    private long changes;
    /** Numbers of partitions whose creation is not in the log, though that of later ones is. */
    private final BitSet unmade = new BitSet();
    private final TreeSet<String> recovered = new TreeSet<>();
    private long unrecovered;
    /** Most topics have the same settings, and then share them. */
    private TopicSettings lastSettings = TopicSettings.of(1);

    /** @param rendering is told whether a checkpoint covers messages of other formats */
    State(BrokerSettings settings, Rendering rendering) {
        this.rendering = rendering;
        this.internal = settings.internal();
        this.postponed = new Postponed(internal, settings.lanesMs());
    }

    Collection<Topic> topics() {
        return Collections.unmodifiableCollection(topics.values());
    }

    /** A partition by its number in the log; null where it is gone. */
    Partition partition(int id) {
        return id >= 0 && id < partitionsById.size() ? partitionsById.get(id) : null;
    }

    /** Whether the log should have told of that partition, but has not. */
    boolean isUnmade(int id) {
        return id >= nextPartition() || unmade.get(id);
    }

    /** Number that the next new partition gets. */
    int nextPartition() {
        return partitionsById.size();
    }

    int nextSubscription() {
        return subscriptionsById.size();
    }

    /** Counts what happened to topics and subscriptions themselves. */
    long changes() {
        return changes;
    }

    Topic applyTopic(String name, TopicSettings settings, int firstNew) {
        changes++;
        lastSettings = settings.equals(lastSettings) ? lastSettings : settings;
        Topic topic = topics.computeIfAbsent(name, n -> newTopic(n, lastSettings));
        topic.settings(lastSettings);
        if (firstNew > nextPartition()) {
            unmade.set(nextPartition(), firstNew);
        }
        int id = firstNew;
        while (topic.partitions().size() < settings.partitions()) {
            addPartition(topic, id++, 0, 0);
        }
        return topic;
    }

    private Topic newTopic(String name, TopicSettings settings) {
        return new Topic(name, settings, internal.contains(name));
    }

    private Partition addPartition(Topic topic, int id, long begin, long next) {
        Partition partition = new Partition(topic, topic.partitions().size(), index.create(id, begin, next));
        topic.add(partition);
        while (partitionsById.size() <= id) {
            partitionsById.add(null);
        }
        partitionsById.set(id, partition);
        unmade.clear(id);
        if (topic.isInternal()) {
            postponed.add(partition);
        }
        return partition;
    }

    /**
     * Makes a partition again whose topic's record was damaged, as its messages describe it. Its number in the log is
     * taken whether that succeeds or not, so that no later partition gets these messages.
     *
     * @param name of the topic, null where the messages do not say
     * @param number of the partition in it
     * @return null where it can't be made
     */
    Partition recover(String name, int number, int id) {
        if (id >= nextPartition()) {
            unmade.set(nextPartition(), id + 1);
        }
        while (partitionsById.size() <= id) {
            partitionsById.add(null);
        }
        Topic topic = name == null ? null : topics.get(name);
        int known = topic == null ? 0 : topic.partitions().size();
        int firstNew = id - (number - known); // the partitions of a topic have numbers in a row
        boolean fits = name != null && number >= known && number < TopicSettings.RECOVERED_MAX && firstNew >= 0
                && unmade.nextClearBit(firstNew) > id;
        if (!fits) {
            unrecovered++;
            return null;
        }
        recovered.add(name);
        TopicSettings settings = topic == null ? TopicSettings.of(1) : topic.settings();
        applyTopic(name, settings.withPartitions(number + 1), firstNew);
        return partition(id);
    }

    /** Topics that were made again from their messages in this opening, with settings by default. */
    SortedSet<String> recovered() {
        return recovered;
    }

    /** Messages found in this opening that belong to no known topic. */
    long unrecovered() {
        return unrecovered;
    }

    void applyTopicDeleted(String name) {
        changes++;
        Topic topic = topics.remove(name);
        topic.delete();
        for (Partition partition : topic.partitions()) {
            index.remove(partition.id());
            partitionsById.set(partition.id(), null);
            for (Subscription subscription : subscriptions.values()) {
                subscription.cursors.remove(partition.id());
                subscription.leases.remove(partition.id());
                subscription.settled.remove(partition.id());
            }
        }
    }

    Subscription applySubscription(String name, SubscriptionSettings settings, int id) {
        changes++;
        Subscription subscription = subscriptions.get(name);
        if (subscription == null) {
            subscription = new Subscription(name, id, settings);
            subscriptions.put(name, subscription);
            while (subscriptionsById.size() <= id) {
                subscriptionsById.add(null);
            }
            subscriptionsById.set(id, subscription);
        }
        subscription.settings(settings);
        return subscription;
    }

    void applySubscriptionDeleted(String name) {
        changes++;
        subscriptionsById.set(subscriptions.remove(name).id(), null);
    }

    void applyCursor(int subscription, int partition, long offset) {
        Subscription of = subscription < subscriptionsById.size() ? subscriptionsById.get(subscription) : null;
        if (of != null && partition(partition) != null) {
            of.cursors.put(partition, offset);
            LeaseCursor leases = of.leases.get(partition);
            if (leases != null && leases.floor() != offset) {
                leases.reset(offset);
            }
            SettledCursor settled = of.settled.get(partition);
            if (settled != null && settled.floor() != offset) {
                settled.reset(offset);
            }
        }
    }

    void applySettledRun(int subscription, int partition, long first, long count) {
        SettledCursor settled = settled(subscription, partition);
        if (settled != null) {
            settled.settle(first, count);
            subscriptionsById.get(subscription).cursors.put(partition, settled.floor());
        }
    }

    void applyReturned(int subscription, int partition, long offset, int times) {
        SettledCursor settled = settled(subscription, partition);
        if (settled != null) {
            settled.returned(offset, times);
        }
    }

    /** A subscription by its number in the log; null where it is gone. */
    Subscription subscription(int id) {
        return id >= 0 && id < subscriptionsById.size() ? subscriptionsById.get(id) : null;
    }

    private SettledCursor settled(int subscription, int partition) {
        Subscription of = subscription(subscription);
        return of == null || partition(partition) == null ? null : of.settled(partition);
    }

    /** What a subscription has lent in a partition, null where either is gone; from now on it lends there. */
    LeaseCursor leases(int subscription, int partition) {
        Subscription of = subscription < subscriptionsById.size() ? subscriptionsById.get(subscription) : null;
        if (of == null || partition(partition) == null) {
            return null;
        }
        LeaseCursor leases = of.leases.get(partition);
        if (leases == null) {
            leases = new LeaseCursor(Math.max(0, of.cursors.getOrDefault(partition, 0L)));
            of.leases.put(partition, leases);
        }
        return leases;
    }

    void applyLent(
            int subscription, int partition, long[] offsets, int count, long behind, long receipt, long untilMs) {
        LeaseCursor leases = leases(subscription, partition);
        if (leases != null) {
            leases.lend(offsets, count, behind, receipt, untilMs);
            rise(subscription, partition, leases);
        }
    }

    void applySettled(int subscription, int partition, long... offsets) {
        LeaseCursor leases = leases(subscription, partition);
        if (leases != null) {
            for (long offset : offsets) {
                leases.settle(offset);
            }
            rise(subscription, partition, leases);
        }
    }

    void applyLeaseChanged(int subscription, int partition, long offset, long receipt, long untilMs) {
        LeaseCursor leases = leases(subscription, partition);
        if (leases != null) {
            leases.change(offset, receipt, untilMs);
        }
    }

    /** The cursor of a subscription that lends is where its oldest unsettled message is. */
    private void rise(int subscription, int partition, LeaseCursor leases) {
        subscriptionsById.get(subscription).cursors.put(partition, leases.floor());
    }

    void applyMessage(Partition partition, long offset, long position, int length, int tag, byte link, int linkPartition,
            long linkOffset) {
        index.append(partition.index, offset, position, length, tag);
        partition.lastPosition = position;
        if (link != RecordFormat.LINK_NONE) {
            postponed.apply(partition, offset, link, linkPartition, linkOffset);
        }
    }

    void applyJump(long offsets) {
        index.jump(offsets);
    }

    ByteBuffer snapshot() {
        int size = 4 + 4 + 4 + 4 + 1;
        for (Topic topic : topics.values()) {
            size += Events.size(topic.name()) + Events.size(topic.settings()) + 4 + topic.partitions().size() * 20;
        }
        for (Subscription subscription : subscriptions.values()) {
            size += Events.size(subscription.name()) + 4 + Events.size(subscription.settings()) + 4
                    + subscription.cursors.size() * 12 + 4;
            for (LeaseCursor leases : subscription.leases.values()) {
                size += 4 + leases.snapshotSize();
            }
            size += 4;
            for (SettledCursor settled : subscription.settled.values()) {
                size += 4 + settled.snapshotSize();
            }
        }
        size += 4;
        for (String id : preparedGroups.keySet()) {
            size += Events.size(id) + 8;
        }
        ByteBuffer out = ByteBuffer.allocate(size + postponed.snapshotSize());
        out.putInt(nextPartition()).putInt(nextSubscription()).putInt(topics.size());
        for (Topic topic : topics.values()) {
            snapshot(topic, out);
        }
        out.putInt(subscriptions.size());
        for (Subscription subscription : subscriptions.values()) {
            Events.put(out, subscription.name());
            out.putInt(subscription.id());
            Events.put(out, subscription.settings());
            out.putInt(subscription.cursors.size());
            subscription.cursors.forEach((partition, offset) -> out.putInt(partition).putLong(offset));
        }
        postponed.snapshot(out);
        for (Subscription subscription : subscriptions.values()) {
            out.putInt(subscription.leases.size());
            subscription.leases.forEach((partition, leases) -> leases.snapshot(out.putInt(partition)));
        }
        for (Subscription subscription : subscriptions.values()) {
            out.putInt(subscription.settled.size());
            subscription.settled.forEach((partition, settled) -> settled.snapshot(out.putInt(partition)));
        }
        out.putInt(preparedGroups.size());
        preparedGroups.forEach((id, position) -> {
            Events.put(out, id);
            out.putLong(position);
        });
        out.put((byte) (rendering.isNeeded() ? 1 : 0));
        return out.flip();
    }

    private static void snapshot(Topic topic, ByteBuffer out) {
        Events.put(out, topic.name());
        Events.put(out, topic.settings());
        out.putInt(topic.partitions().size());
        for (Partition partition : topic.partitions()) {
            PartitionIndex at = partition.index;
            out.putInt(partition.id()).putLong(at.knownBegin()).putLong(at.next());
        }
    }

    void restore(ByteBuffer in) {
        int nextPartition = in.getInt();
        int nextSubscription = in.getInt();
        for (int left = in.getInt(); left > 0; left--) {
            String name = Events.text(in);
            TopicSettings settings = Events.topicSettings(in);
            lastSettings = settings.equals(lastSettings) ? lastSettings : settings;
            Topic topic = newTopic(name, lastSettings);
            topics.put(name, topic);
            for (int p = in.getInt(); p > 0; p--) {
                addPartition(topic, in.getInt(), in.getLong(), in.getLong());
            }
        }
        for (int left = in.getInt(); left > 0; left--) {
            String name = Events.text(in);
            int id = in.getInt();
            Subscription subscription = applySubscription(name, Events.subscriptionSettings(in), id);
            for (int c = in.getInt(); c > 0; c--) {
                subscription.cursors.put(in.getInt(), in.getLong());
            }
        }
        postponed.restore(in);
        if (in.hasRemaining()) { // a checkpoint of a release before there were leases ends here
            for (Subscription subscription : subscriptions.values()) {
                for (int left = in.getInt(); left > 0; left--) {
                    subscription.leases.put(in.getInt(), LeaseCursor.restored(in));
                }
            }
        }
        if (in.hasRemaining()) { // and one of a release before messages were settled without a lease, here
            for (Subscription subscription : subscriptions.values()) {
                for (int left = in.getInt(); left > 0; left--) {
                    subscription.settled.put(in.getInt(), SettledCursor.restored(in));
                }
            }
            for (int left = in.getInt(); left > 0; left--) {
                preparedGroups.put(Events.text(in), in.getLong());
            }
            if (!in.hasRemaining() || in.get() != 0) { // one that does not say may cover such messages
                rendering.need();
            }
        }
        while (partitionsById.size() < nextPartition) {
            partitionsById.add(null);
        }
        while (subscriptionsById.size() < nextSubscription) {
            subscriptionsById.add(null);
        }
    }
}
