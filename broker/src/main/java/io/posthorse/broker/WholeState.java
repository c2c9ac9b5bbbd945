package io.posthorse.broker;

import io.posthorse.log.PartitionIndex;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The state as the bytes of a checkpoint, and back; the layout is in docs/formats/checkpoint.md. */
final class Snapshot {
    private static final int PARTITION = 20;
    private static final int CURSOR = 12;

    private final State state;
    /** Subscriptions in the order in which they were read, those that are left out included. */
    private final List<Subscription> rows = new ArrayList<>();

    private int nextSubscription;

    Snapshot(State state) {
        this.state = state;
    }

    // ---- to bytes

    ByteBuffer write() {
        ByteBuffer out = ByteBuffer.allocate(Math.toIntExact(size()));
        out.putInt(state.nextPartition()).putInt(state.subscriptions.next()).putInt(state.topics.size());
        for (Topic topic : state.topics.values()) {
            write(topic, out);
        }
        out.putInt(state.subscriptions.size());
        for (Subscription subscription : state.subscriptions.all()) {
            Fields.put(out, subscription.name());
            out.putInt(subscription.number());
            Fields.put(out, subscription.settings());
            out.putInt(subscription.cursors.size());
            subscription.cursors.forEach((partition, offset) -> out.putInt(partition).putLong(offset));
        }
        state.postponed.snapshot(out);
        for (Subscription subscription : state.subscriptions.all()) {
            out.putInt(subscription.leases.size());
            subscription.leases.forEach((partition, leases) -> leases.snapshot(out.putInt(partition)));
        }
        for (Subscription subscription : state.subscriptions.all()) {
            out.putInt(subscription.settled.size());
            subscription.settled.forEach((partition, settled) -> settled.snapshot(out.putInt(partition)));
        }
        out.putInt(state.preparedGroups.size());
        state.preparedGroups.forEach((id, position) -> {
            Fields.put(out, id);
            out.putLong(position);
        });
        out.put((byte) (state.rendering.isNeeded() ? 1 : 0));
        out.putLong(state.lastMs());
        return out.flip();
    }

    private long size() {
        long size = 29L + state.postponed.snapshotSize();
        for (Topic topic : state.topics.values()) {
            size += (long) Fields.size(topic.name()) + Fields.size(topic.settings()) + 4
                    + (long) topic.size() * PARTITION;
        }
        for (Subscription subscription : state.subscriptions.all()) {
            size += (long) Fields.size(subscription.name()) + 4 + Fields.size(subscription.settings()) + 4
                    + (long) subscription.cursors.size() * CURSOR + 4 + 4;
            for (LeaseCursor leases : subscription.leases.values()) {
                size += 4 + leases.snapshotSize();
            }
            for (SettledCursor settled : subscription.settled.values()) {
                size += 4 + settled.snapshotSize();
            }
        }
        for (String id : state.preparedGroups.keySet()) {
            size += Fields.size(id) + 8L;
        }
        return size;
    }

    private static void write(Topic topic, ByteBuffer out) {
        Fields.put(out, topic.name());
        Fields.put(out, topic.settings());
        out.putInt(topic.size());
        for (Partition partition : topic.partitions()) {
            PartitionIndex at = partition.index;
            out.putInt(partition.id()).putLong(at.knownBegin()).putLong(at.next());
        }
    }

    // ---- from bytes

    /** @throws MalformedEventException where the bytes are no state */
    void restore(ByteBuffer in) {
        int nextPartition = Fields.number(in);
        nextSubscription = Fields.number(in);
        Fields.require(nextPartition >= 0 && nextSubscription >= 0, "%d partitions, %d subscriptions", nextPartition,
                nextSubscription);
        // first, for a number may be as far above the one before it as there were topics meanwhile
        state.partitions().restoreNext(nextPartition);
        state.subscriptions.restoreNext(nextSubscription);
        for (int left = Fields.count(in, 2); left > 0; left--) {
            topic(in, nextPartition);
        }
        for (int left = Fields.count(in, 2); left > 0; left--) {
            subscription(in, nextPartition);
        }
        state.postponed.restore(in);
        if (in.hasRemaining()) { // a checkpoint of a release before there were leases ends here
            leases(in);
        }
        if (in.hasRemaining()) { // and one of a release before messages were settled without a lease, here
            settled(in);
            for (int left = Fields.count(in, 10); left > 0; left--) {
                state.preparedGroups.put(Fields.text(in), Fields.number64(in));
            }
            if (!in.hasRemaining() || in.get() != 0) { // one that does not say may cover such messages
                state.rendering.need();
            }
        }
        if (in.hasRemaining()) {
            state.saw(Fields.number64(in));
        }
        state.unconfirmed.clear();
    }

    private void topic(ByteBuffer in, int nextPartition) {
        String name = Fields.text(in);
        Fields.require(!state.topics.containsKey(name), "a second topic %s", name);
        Topic topic = state.newTopic(name, state.shared(Fields.topicSettings(in)));
        state.topics.put(name, topic);
        for (int left = Fields.count(in, PARTITION); left > 0; left--) {
            int id = in.getInt();
            long begin = in.getLong();
            long next = in.getLong();
            Fields.require(id >= 0 && id < nextPartition && state.partition(id) == null && begin >= 0 && begin <= next,
                    "a partition %d of the topic %s from offset %d to %d", id, name, begin, next);
            state.addPartition(topic, id, begin, next);
        }
    }

    private void subscription(ByteBuffer in, int nextPartition) {
        int length = in.getShort(in.position()) & 0xFFFF;
        ByteBuffer behindName = in.duplicate();
        String name = Fields.text(in);
        if (!isFollowedBySubscription(in.duplicate(), nextPartition)) {
            in.position(Math.min(in.limit(), behindName.position() + 2 + length));
            boolean overlong = OverlongNames.pass(in, rest -> isFollowedBySubscription(rest, nextPartition));
            Fields.require(overlong, "what stands behind the name of the subscription %s is none", name);
            rows.add(new Subscription("", Fields.number(in), Fields.subscriptionSettings(in)));
            in.position(in.position() + 4 + Fields.count(in.duplicate(), CURSOR) * CURSOR);
            state.noteLeftOut();
            return;
        }
        int number = Fields.number(in);
        Subscription subscription = state.subscriptions.changed(
                new Event.SubscriptionChanged(name, Fields.subscriptionSettings(in), number));
        Fields.require(subscription != null, "a second subscription %s", name);
        rows.add(subscription);
        for (int left = Fields.count(in, CURSOR); left > 0; left--) {
            Partition partition = state.partition(in.getInt());
            long offset = in.getLong();
            if (partition != null) {
                subscription.follow(partition, offset);
            }
        }
    }

    private boolean isFollowedBySubscription(ByteBuffer in, int nextPartition) {
        try {
            int number = Fields.number(in);
            Fields.subscriptionSettings(in);
            boolean fits = number >= 0 && number < nextSubscription && state.subscriptions.byNumber(number) == null;
            for (int left = Fields.count(in, CURSOR); fits && left > 0; left--) {
                int partition = in.getInt();
                fits = partition >= 0 && partition < nextPartition;
                in.getLong();
            }
            return fits;
        } catch (MalformedEventException e) {
            return false;
        }
    }

    private void leases(ByteBuffer in) {
        for (Subscription subscription : rows) {
            for (int left = Fields.count(in, 4); left > 0; left--) {
                int partition = in.getInt();
                LeaseCursor cursor = LeaseCursor.restored(in);
                if (state.partition(partition) != null) {
                    subscription.restore(state.partition(partition), cursor);
                }
            }
        }
    }

    private void settled(ByteBuffer in) {
        for (Subscription subscription : rows) {
            for (int left = Fields.count(in, 4); left > 0; left--) {
                int partition = in.getInt();
                SettledCursor cursor = SettledCursor.restored(in);
                if (state.partition(partition) != null) {
                    subscription.restore(state.partition(partition), cursor);
                }
            }
        }
    }
}
