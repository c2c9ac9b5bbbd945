package io.posthorse.broker;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The reader of a state in a checkpoint of an earlier release, version 1 of docs/formats/checkpoint.md. All of it counts as
 * changed, since it may be read in another way than it was written.
 */
final class WholeState {
    private static final int PARTITION = 20;
    private static final int CURSOR = 12;

    private final State state;
    /** Subscriptions in the order in which they were read, including those left out. */
    private final List<Subscription> rows = new ArrayList<>();

    private int nextSubscription;

    WholeState(State state) {
        this.state = state;
    }

    /** @throws MalformedEventException where the bytes are no state */
    void restore(ByteBuffer in) {
        int nextPartition = FieldCodec.number(in);
        nextSubscription = FieldCodec.number(in);
        FieldCodec.require(nextPartition >= 0 && nextSubscription >= 0, "%d partitions, %d subscriptions", nextPartition,
                nextSubscription);
        // first, since a number may exceed the one before it by the number of topics created between
        state.partitions().restoreNext(nextPartition);
        state.subscriptions.restoreNext(nextSubscription);
        for (int left = FieldCodec.count(in, 2); left > 0; left--) {
            topic(in);
        }
        for (int left = FieldCodec.count(in, 2); left > 0; left--) {
            subscription(in, nextPartition);
        }
        state.postponed.restore(in);
        if (in.hasRemaining()) { // checkpoints of releases without leases end here
            leases(in);
        }
        if (in.hasRemaining()) { // and those of releases without settling one by one, here
            settled(in);
            for (int left = FieldCodec.count(in, 10); left > 0; left--) {
                String id = FieldCodec.text(in);
                state.changedGroups.touch(id);
                state.preparedGroups.put(id, FieldCodec.number64(in));
            }
            if (!in.hasRemaining() || in.get() != 0) { // one without the flag may cover such messages
                state.renderer.need();
            }
        }
        if (in.hasRemaining()) {
            state.noteTime(FieldCodec.number64(in));
        }
        state.unconfirmed.clear();
    }

    private void topic(ByteBuffer in) {
        String name = FieldCodec.text(in);
        FieldCodec.require(!state.topics.containsKey(name), "a second topic %s", name);
        Topic topic = state.newTopic(name, state.shared(FieldCodec.topicSettings(in)));
        state.topics.put(name, topic);
        state.changed.touch(topic);
        for (int left = FieldCodec.count(in, PARTITION); left > 0; left--) {
            StateSections.restorePartition(state, topic, in);
        }
    }

    private void subscription(ByteBuffer in, int nextPartition) {
        int length = in.getShort(in.position()) & 0xFFFF;
        ByteBuffer behindName = in.duplicate();
        String name = FieldCodec.text(in);
        if (!isFollowedBySubscription(in.duplicate(), nextPartition)) {
            in.position(Math.min(in.limit(), behindName.position() + 2 + length));
            boolean overlong = OverlongNames.pass(in, rest -> isFollowedBySubscription(rest, nextPartition));
            FieldCodec.require(overlong, "no subscription follows the name %s", name);
            rows.add(new Subscription("", FieldCodec.number(in), FieldCodec.subscriptionSettings(in)));
            in.position(in.position() + 4 + FieldCodec.count(in.duplicate(), CURSOR) * CURSOR);
            state.noteLeftOut();
            return;
        }
        int number = FieldCodec.number(in);
        Subscription subscription = state.subscriptions.changed(
                new Event.SubscriptionChanged(name, FieldCodec.subscriptionSettings(in), number));
        FieldCodec.require(subscription != null, "a second subscription %s", name);
        state.changed.touch(subscription);
        rows.add(subscription);
        for (int left = FieldCodec.count(in, CURSOR); left > 0; left--) {
            Partition partition = state.partition(in.getInt());
            long offset = in.getLong();
            if (partition != null) {
                place(subscription, partition).cursor = offset;
            }
        }
    }

    private PartitionCursor place(Subscription subscription, Partition partition) {
        PartitionCursor place = subscription.place(partition);
        state.changed.touch(place);
        return place;
    }

    private boolean isFollowedBySubscription(ByteBuffer in, int nextPartition) {
        try {
            int number = FieldCodec.number(in);
            FieldCodec.subscriptionSettings(in);
            boolean fits = number >= 0 && number < nextSubscription && state.subscriptions.byNumber(number) == null;
            for (int left = FieldCodec.count(in, CURSOR); fits && left > 0; left--) {
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
            for (int left = FieldCodec.count(in, 4); left > 0; left--) {
                int partition = in.getInt();
                LeaseCursor cursor = LeaseCursor.restored(in);
                if (state.partition(partition) != null) {
                    place(subscription, state.partition(partition)).leases = cursor;
                }
            }
        }
    }

    private void settled(ByteBuffer in) {
        for (Subscription subscription : rows) {
            for (int left = FieldCodec.count(in, 4); left > 0; left--) {
                int partition = in.getInt();
                SettledCursor cursor = SettledCursor.restored(in);
                if (state.partition(partition) != null) {
                    place(subscription, state.partition(partition)).settled = cursor;
                }
            }
        }
    }
}
