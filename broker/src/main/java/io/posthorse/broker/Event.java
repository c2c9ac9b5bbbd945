package io.posthorse.broker;

import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * An event: a change of the state, and its bytes in the record's payload. {@link State#apply} is the only place where an
 * event takes effect, when it is written and when it is replayed. The page docs/formats/log-segment.md has a table of all
 * events.
 */
sealed interface Event {
    /** Returns the type of the record; no other event ever has it. */
    byte type();

    /** Returns the bytes of the payload. */
    int size();

    /** Writes exactly {@link #size} bytes. */
    void put(ByteBuffer out);

    /**
     * A topic was created or changed.
     *
     * @param firstNew number of the first new partition
     */
    record TopicChanged(String name, TopicSettings settings, int firstNew) implements Event {
        static final byte TYPE = 2;

        @Override
        public byte type() {
            return TYPE;
        }

        @Override
        public int size() {
            return FieldCodec.size(name) + FieldCodec.size(settings) + 4;
        }

        @Override
        public void put(ByteBuffer out) {
            FieldCodec.put(out, name);
            FieldCodec.put(out, settings);
            out.putInt(firstNew);
        }
    }

    /** A topic was deleted, with its messages and all cursors on it. */
    record TopicDeleted(String name) implements Event {
        static final byte TYPE = 3;

        @Override
        public byte type() {
            return TYPE;
        }

        @Override
        public int size() {
            return FieldCodec.size(name);
        }

        @Override
        public void put(ByteBuffer out) {
            FieldCodec.put(out, name);
        }
    }

    /** A subscription was created or changed. */
    record SubscriptionChanged(String name, SubscriptionSettings settings, int subscription) implements Event {
        static final byte TYPE = 4;

        @Override
        public byte type() {
            return TYPE;
        }

        @Override
        public int size() {
            return FieldCodec.size(name) + FieldCodec.size(settings) + 4;
        }

        @Override
        public void put(ByteBuffer out) {
            FieldCodec.put(out, name);
            FieldCodec.put(out, settings);
            out.putInt(subscription);
        }
    }

    /** A subscription was deleted with its cursors. */
    record SubscriptionDeleted(String name) implements Event {
        static final byte TYPE = 5;

        @Override
        public byte type() {
            return TYPE;
        }

        @Override
        public int size() {
            return FieldCodec.size(name);
        }

        @Override
        public void put(ByteBuffer out) {
            FieldCodec.put(out, name);
        }
    }

    /** A cursor moved, forward or back. */
    record CursorMoved(int subscription, int partition, long offset) implements Event {
        static final byte TYPE = 6;

        @Override
        public byte type() {
            return TYPE;
        }

        @Override
        public int size() {
            return 16;
        }

        @Override
        public void put(ByteBuffer out) {
            out.putInt(subscription).putInt(partition).putLong(offset);
        }
    }

    /** All partitions skipped the given number of offsets. */
    record Jumped(long offsets) implements Event {
        static final byte TYPE = 7;

        @Override
        public byte type() {
            return TYPE;
        }

        @Override
        public int size() {
            return 8;
        }

        @Override
        public void put(ByteBuffer out) {
            out.putLong(offsets);
        }
    }

    /**
     * A message no longer waits: it was cancelled, rolled back, is unreadable, or waits elsewhere according to another
     * record of the same group.
     */
    record WaitEnded(int partition, long offset) implements Event {
        static final byte TYPE = 8;
        static final int SIZE = 12;

        @Override
        public byte type() {
            return TYPE;
        }

        @Override
        public int size() {
            return SIZE;
        }

        @Override
        public void put(ByteBuffer out) {
            out.putInt(partition).putLong(offset);
        }
    }

    /** A check of a prepared message became due. */
    record Checked(long offset, long nextCheckMs, int asked) implements Event {
        static final byte TYPE = 9;

        @Override
        public byte type() {
            return TYPE;
        }

        @Override
        public int size() {
            return 20;
        }

        @Override
        public void put(ByteBuffer out) {
            out.putLong(offset).putLong(nextCheckMs).putInt(asked);
        }
    }

    /**
     * Messages were lent.
     *
     * @param behind offset behind the last examined message
     */
    record Lent(int subscription, int partition, long behind, long receipt, long untilMs, long[] offsets) implements Event {
        static final byte TYPE = 10;

        @Override
        public byte type() {
            return TYPE;
        }

        @Override
        public int size() {
            return 36 + offsets.length * 8;
        }

        @Override
        public void put(ByteBuffer out) {
            out.putInt(subscription).putInt(partition).putLong(behind).putLong(receipt).putLong(untilMs);
            putAll(out.putInt(offsets.length), offsets);
        }
    }

    /** Lent messages were settled. */
    record LentSettled(int subscription, int partition, long... offsets) implements Event {
        static final byte TYPE = 11;

        @Override
        public byte type() {
            return TYPE;
        }

        @Override
        public int size() {
            return 12 + offsets.length * 8;
        }

        @Override
        public void put(ByteBuffer out) {
            putAll(out.putInt(subscription).putInt(partition).putInt(offsets.length), offsets);
        }
    }

    /** The end of a lease changed. */
    record LeaseChanged(int subscription, int partition, long offset, long receipt, long untilMs) implements Event {
        static final byte TYPE = 12;

        @Override
        public byte type() {
            return TYPE;
        }

        @Override
        public int size() {
            return 32;
        }

        @Override
        public void put(ByteBuffer out) {
            out.putInt(subscription).putInt(partition).putLong(offset).putLong(receipt).putLong(untilMs);
        }
    }

    /**
     * Messages that were not lent were settled.
     *
     * @param runs first offset and length of each run, in turn
     */
    record Settled(int subscription, int partition, long... runs) implements Event {
        static final byte TYPE = 13;

        /** Returns the bytes of an event with the given number of runs. */
        static int size(int runs) {
            return 12 + runs * 16;
        }

        @Override
        public byte type() {
            return TYPE;
        }

        @Override
        public int size() {
            return size(runs.length / 2);
        }

        @Override
        public void put(ByteBuffer out) {
            putAll(out.putInt(subscription).putInt(partition).putInt(runs.length / 2), runs);
        }
    }

    /** A message that was not lent was given back after the given number of attempts. */
    record Returned(int subscription, int partition, long offset, int times) implements Event {
        static final byte TYPE = 14;

        @Override
        public byte type() {
            return TYPE;
        }

        @Override
        public int size() {
            return 20;
        }

        @Override
        public void put(ByteBuffer out) {
            out.putInt(subscription).putInt(partition).putLong(offset).putInt(times);
        }
    }

    /** A group was prepared: its id and then its plan, which {@link PreparedGroups} writes and reads. */
    record GroupPrepared(String id, int planBytes, Plan plan) implements Event {
        static final byte TYPE = 15;

        /** The contents of a prepared group. */
        interface Plan {
            void put(ByteBuffer out);
        }

        @Override
        public byte type() {
            return TYPE;
        }

        @Override
        public int size() {
            return FieldCodec.size(id) + planBytes;
        }

        @Override
        public void put(ByteBuffer out) {
            FieldCodec.put(out, id);
            plan.put(out);
        }
    }

    /** A prepared group was committed, with the other records of this atomic group, or rolled back. */
    record GroupDecided(String id) implements Event {
        static final byte TYPE = 16;

        @Override
        public byte type() {
            return TYPE;
        }

        @Override
        public int size() {
            return FieldCodec.size(id);
        }

        @Override
        public void put(ByteBuffer out) {
            FieldCodec.put(out, id);
        }
    }

    /** No change: ends an atomic group whose writer failed in the middle. */
    record Nothing() implements Event {
        static final byte TYPE = 17;

        @Override
        public byte type() {
            return TYPE;
        }

        @Override
        public int size() {
            return 0;
        }

        @Override
        public void put(ByteBuffer out) {
            // the record has no payload
        }
    }

    /**
     * The nodes of a group began this log: its first record.
     *
     * @param id of the group
     * @param segmentBytes size of the segments, the same on all nodes
     */
    record GroupFormed(UUID id, int segmentBytes) implements Event {
        static final byte TYPE = 18;

        @Override
        public byte type() {
            return TYPE;
        }

        @Override
        public int size() {
            return 20;
        }

        @Override
        public void put(ByteBuffer out) {
            out.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits()).putInt(segmentBytes);
        }
    }

    /**
     * A node of a group began to lead: the first record that it decided in the term.
     *
     * @param level feature level of the group: which record types its nodes know
     */
    record TermBegan(long term, int level, String node) implements Event {
        static final byte TYPE = 19;

        @Override
        public byte type() {
            return TYPE;
        }

        @Override
        public int size() {
            return 12 + FieldCodec.size(node);
        }

        @Override
        public void put(ByteBuffer out) {
            FieldCodec.put(out.putLong(term).putInt(level), node);
        }
    }

    /** The leader of a group dropped the records of a range: retention, decided once for all nodes. */
    record RangeDropped(long from, long to) implements Event {
        static final byte TYPE = 20;

        @Override
        public byte type() {
            return TYPE;
        }

        @Override
        public int size() {
            return 16;
        }

        @Override
        public void put(ByteBuffer out) {
            out.putLong(from).putLong(to);
        }
    }

    /** An entry of a small table was put, or removed. */
    record TableChanged(TableEntry entry) implements Event {
        static final byte TYPE = 21;

        @Override
        public byte type() {
            return TYPE;
        }

        @Override
        public int size() {
            return 1 + 2 + entry.key().length + 1 + (entry.value() == null ? 0 : 4 + entry.value().length);
        }

        @Override
        public void put(ByteBuffer out) {
            out.put((byte) entry.table()).putShort((short) entry.key().length).put(entry.key());
            FieldCodec.putFlag(out, entry.value() != null);
            if (entry.value() != null) {
                out.putInt(entry.value().length).put(entry.value());
            }
        }
    }

    private static void putAll(ByteBuffer out, long... numbers) {
        for (long number : numbers) {
            out.putLong(number);
        }
    }
}
