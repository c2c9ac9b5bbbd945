package io.posthorse.broker;

import io.posthorse.log.RecordFormat;
import io.posthorse.log.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.function.IntConsumer;

/** Turns records of the log back into the events they hold, and applies them. */
final class ReplayedState implements Store.State {
    private final State state;
    private final MessageFormat[] formats;
    private final Rendering rendering;

    ReplayedState(State state, MessageFormat[] formats, Rendering rendering) {
        this.state = state;
        this.formats = formats;
        this.rendering = rendering;
    }

    @Override
    public void keys(ByteBuffer bytes, int at, int length, IntConsumer sink) {
        MessageFormat format = formats[bytes.get(at + RecordFormat.FORMAT) & 0x7F];
        if (format != null) {
            format.keys(bytes, at + RecordFormat.NATIVE, length - RecordFormat.NATIVE, sink);
        }
    }

    @Override
    public void restore(ByteBuffer snapshot) {
        state.restore(snapshot);
    }

    @Override
    public ByteBuffer snapshot() {
        return state.snapshot();
    }

    @Override
    public void record(ByteBuffer bytes, int at, long position, int length) {
        byte type = bytes.get(at + RecordFormat.TYPE);
        if (type == RecordFormat.TYPE_MESSAGE) {
            message(bytes, at, position, length);
            return;
        }
        ByteBuffer in = bytes.duplicate().limit(at + length).position(at + RecordFormat.PAYLOAD);
        switch (type) {
            case Events.TOPIC -> {
                String name = Events.text(in);
                state.applyTopic(name, Events.topicSettings(in), in.getInt());
            }
            case Events.TOPIC_DELETED -> {
                String name = Events.text(in);
                if (state.topics.containsKey(name)) {
                    state.applyTopicDeleted(name);
                }
            }
            case Events.SUBSCRIPTION -> {
                String name = Events.text(in);
                state.applySubscription(name, Events.subscriptionSettings(in), in.getInt());
            }
            case Events.SUBSCRIPTION_DELETED -> {
                String name = Events.text(in);
                if (state.subscriptions.containsKey(name)) {
                    state.applySubscriptionDeleted(name);
                }
            }
            case Events.CURSOR -> state.applyCursor(in.getInt(), in.getInt(), in.getLong());
            case Events.JUMP -> state.applyJump(in.getLong());
            case Events.SETTLED -> state.postponed.settle(in.getInt(), in.getLong());
            case Events.CHECKED -> state.postponed.prepared.checked(in.getLong(), in.getLong(), in.getInt());
            case Events.LENT -> {
                int subscription = in.getInt();
                int partition = in.getInt();
                long behind = in.getLong();
                long receipt = in.getLong();
                long until = in.getLong();
                long[] offsets = offsets(in);
                state.applyLent(subscription, partition, offsets, offsets.length, behind, receipt, until);
            }
            case Events.LENT_SETTLED -> state.applySettled(in.getInt(), in.getInt(), offsets(in));
            case Events.LEASE_CHANGED ->
                state.applyLeaseChanged(in.getInt(), in.getInt(), in.getLong(), in.getLong(), in.getLong());
            case Events.SETTLED_RUNS -> {
                int subscription = in.getInt();
                int partition = in.getInt();
                for (int left = in.getInt(); left > 0; left--) {
                    state.applySettledRun(subscription, partition, in.getLong(), in.getLong());
                }
            }
            case Events.PREPARED -> state.preparedGroups.put(Events.text(in), position);
            case Events.PREPARED_DECIDED -> state.preparedGroups.remove(Events.text(in));
            case Events.RETURNED -> state.applyReturned(in.getInt(), in.getInt(), in.getLong(), in.getInt());
            default -> throw new UncheckedIOException(new IOException("The log has a record of type " + type
                    + " at position " + position + ", which this release does not know: a newer one wrote it. Start that"
                    + " release on this directory."));
        }
    }

    private static long[] offsets(ByteBuffer in) {
        long[] offsets = new long[in.getInt()];
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = in.getLong();
        }
        return offsets;
    }

    private void message(ByteBuffer bytes, int at, long position, int length) {
        rendering.saw(bytes.get(at + RecordFormat.FORMAT));
        int id = bytes.getInt(at + RecordFormat.PARTITION);
        Partition partition = state.isUnmade(id) ? unknown(bytes, at, length, id) : state.partition(id);
        long offset = bytes.getLong(at + RecordFormat.OFFSET);
        if (partition == null || offset < partition.index.next()) {
            return; // of a topic that was deleted, or one that cannot be told
        }
        state.applyMessage(
                partition,
                offset,
                position,
                length - RecordFormat.NATIVE,
                bytes.getInt(at + RecordFormat.TAG),
                bytes.get(at + RecordFormat.LINK),
                bytes.getInt(at + RecordFormat.LINK_PARTITION),
                bytes.getLong(at + RecordFormat.LINK_OFFSET));
    }

    /** A message says that there was a partition whose creation is not in the log: that record was damaged. */
    private Partition unknown(ByteBuffer bytes, int at, int length, int id) {
        MessageFormat format = formats[bytes.get(at + RecordFormat.FORMAT) & 0x7F];
        byte link = bytes.get(at + RecordFormat.LINK);
        boolean isHome = link == RecordFormat.LINK_NONE || link == RecordFormat.LINK_MOVED_FROM;
        int from = at + RecordFormat.NATIVE;
        String topic = format == null || !isHome ? null : format.topic(bytes, from, length - RecordFormat.NATIVE);
        int number = topic == null ? -1 : format.partition(bytes, from, length - RecordFormat.NATIVE);
        return state.recover(topic, number, id);
    }
}
