package io.posthorse.broker;

import io.posthorse.log.Section;
import io.posthorse.log.SectionBuffer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The codec of the state as sections of a checkpoint; docs/formats/checkpoint.md has the layout. */
final class StateSections {
    private static final byte COUNTERS = 0;
    private static final byte LANES = 2;
    private static final byte GROUP = 8;
    private static final byte IDENTITY = 9;

    private static final int COUNTERS_SIZE = 4 + 4 + 1 + 8;
    private static final int PARTITION = 20;
    private static final byte[] ONE = {};

    private StateSections() {}

    // ---- to bytes

    /** Begins a checkpoint: writes the sections that are in each one; the rest follows step by step. */
    static void begin(State state, SectionBuffer out) {
        out.add(COUNTERS, ONE, COUNTERS_SIZE)
                .putInt(state.nextPartition())
                .putInt(state.subscriptions.next())
                .put((byte) (state.renderer.isNeeded() ? 1 : 0))
                .putLong(state.lastMs());
        state.postponed.schedule.snapshot(out.add(LANES, ONE, state.postponed.schedule.snapshotSize()));
        if (state.group != null) {
            state.group.put(out.add(IDENTITY, ONE, state.group.size()));
        }
        state.postponed.timed.beginCheckpoint();
        state.changed.begin(out);
    }

    /** Writes a prepared group for the checkpoint under way. */
    static void putGroup(State state, String id) {
        byte[] key = id.getBytes(StandardCharsets.UTF_8);
        Long position = state.preparedGroups.get(id);
        if (position == null) {
            state.changed.out().addGone(GROUP, key);
        } else {
            state.changed.out().add(GROUP, key, 8).putLong(position);
        }
    }

    // ---- from bytes

    /**
     * Restores a section; it counts as changed until {@link StateChanges#clear} notes that a checkpoint holds it.
     *
     * @throws MalformedEventException where the bytes are no such section
     */
    static void restore(State state, Section section) {
        ByteBuffer in = section.value();
        PostponedMessages postponed = state.postponed;
        switch (section.kind) {
            case COUNTERS -> counters(state, in);
            case Topic.KIND -> topic(state, text(section.key), in);
            case LANES -> postponed.schedule.restore(in);
            case Subscription.KIND -> subscription(state, number(section.key, 4, 0), in);
            case PartitionCursor.KIND -> place(state, number(section.key, 8, 0), number(section.key, 8, 4), in);
            case TimedMessageSections.KIND -> postponed.timed.restorePage(PageKeys.number(section.key), in);
            case PreparedMessageSections.UNDECIDED -> postponed.prepared.restoreUndecided(PageKeys.number(section.key), in);
            case PreparedMessageSections.SUSPENDED -> postponed.prepared.restoreSuspended(PageKeys.number(section.key), in);
            case GROUP -> state.preparedGroups.put(text(section.key), FieldCodec.number64(in));
            case Tables.KIND -> state.tables.restore(section.key, FieldCodec.bytes(in, in.remaining()));
            case IDENTITY -> state.group = GroupIdentity.read(in);
            default -> throw new MalformedEventException("a section of the kind " + section.kind);
        }
        FieldCodec.require(!in.hasRemaining(), "%d bytes too many in a section of the kind %d", in.remaining(),
                section.kind);
    }

    /** Decodes a key; invalid UTF-8 could not be written again. */
    private static String text(byte[] key) {
        String text = new String(key, StandardCharsets.UTF_8);
        FieldCodec.require(Arrays.equals(key, text.getBytes(StandardCharsets.UTF_8)), "a key that is not valid UTF-8");
        return text;
    }

    private static int number(byte[] key, int length, int at) {
        FieldCodec.require(key.length == length, "a key of %d bytes instead of %d", key.length, length);
        return ByteBuffer.wrap(key).getInt(at);
    }

    private static void counters(State state, ByteBuffer in) {
        int partition = FieldCodec.number(in);
        int subscription = FieldCodec.number(in);
        FieldCodec.require(partition >= 0 && subscription >= 0, "%d partitions, %d subscriptions", partition, subscription);
        state.partitions().restoreNext(partition);
        state.subscriptions.restoreNext(subscription);
        if (FieldCodec.flag(in)) {
            state.renderer.need();
        }
        state.noteTime(FieldCodec.number64(in));
    }

    private static void topic(State state, String name, ByteBuffer in) {
        Topic topic = state.newTopic(name, state.shared(FieldCodec.topicSettings(in)));
        FieldCodec.require(state.topics.put(name, topic) == null, "a second topic %s", name);
        state.changed.touch(topic);
        for (int left = FieldCodec.count(in, PARTITION); left > 0; left--) {
            restorePartition(state, topic, in);
        }
    }

    /** Reads a partition of a topic: u32 number, u64 begin, u64 next offset. */
    static void restorePartition(State state, Topic topic, ByteBuffer in) {
        int id = in.getInt();
        long begin = in.getLong();
        long next = in.getLong();
        FieldCodec.require(id >= 0 && id < state.nextPartition() && state.partition(id) == null && begin >= 0
                && begin <= next,
                "a partition %d of the topic %s from offset %d to %d", id, topic.name(), begin, next);
        state.addPartition(topic, id, begin, next);
    }

    private static void subscription(State state, int number, ByteBuffer in) {
        String name = FieldCodec.text(in);
        SubscriptionSettings settings = FieldCodec.subscriptionSettings(in);
        FieldCodec.require(number < state.subscriptions.next(), "a subscription with the number %d, but only %d numbers"
                + " are used", number,
                state.subscriptions.next());
        Subscription made = state.subscriptions.changed(new Event.SubscriptionChanged(name, settings, number));
        FieldCodec.require(made != null, "a second subscription %s", name);
        state.changed.touch(made);
    }

    /** Restores a cursor. Ignores that of a deleted partition, and keeps that of a subscription whose record is damaged. */
    private static void place(State state, int subscription, int partition, ByteBuffer in) {
        Partition of = state.partition(partition);
        if (of == null || subscription < 0 || subscription >= state.subscriptions.next()) {
            in.position(in.limit());
            return;
        }
        Subscription reader = state.subscriptions.byNumber(subscription);
        PartitionCursor place = (reader == null ? state.subscriptions.nameless(subscription) : reader).place(of);
        state.changed.touch(place);
        place.restore(in);
    }

    // ---- as a whole

    /**
     * Returns all of the state, with equal bytes for equal states: a checkpoint's restore and a replay must give the same.
     */
    static ByteBuffer all(State state) {
        SectionBuffer out = new SectionBuffer();
        state.topics.values().forEach(topic -> StateChanges.put(topic, out));
        state.subscriptions.all().forEach(subscription -> {
            StateChanges.put(subscription, out);
            subscription.places().forEach(place -> StateChanges.put(place, out));
        });
        PostponedMessages postponed = state.postponed;
        ByteBuffer all = ByteBuffer.allocate(Math.toIntExact(COUNTERS_SIZE + out.bytes()
                + (long) postponed.snapshotSize() + groupsSize(state) + tablesSize(state)));
        all.putInt(state.nextPartition()).putInt(state.subscriptions.next())
                .put((byte) (state.renderer.isNeeded() ? 1 : 0)).putLong(state.lastMs());
        out.sorted().forEach(section -> all.put(section.kind).put(section.key).put(section.value()));
        postponed.snapshot(all);
        state.preparedGroups.forEach((id, position) -> {
            FieldCodec.put(all, id);
            all.putLong(position);
        });
        state.tables.all().forEach(entry -> new Event.TableChanged(entry).put(all));
        return all.flip();
    }

    private static int tablesSize(State state) {
        return state.tables.all().stream().mapToInt(entry -> new Event.TableChanged(entry).size()).sum();
    }

    private static int groupsSize(State state) {
        return state.preparedGroups.keySet().stream().mapToInt(id -> FieldCodec.size(id) + 8).sum();
    }
}
