package io.posthorse.broker;

import java.util.BitSet;

/**
 * A table of partitions by their numbers in the log. No number is used for a second partition; deleted ones take no memory.
 * It uses open addressing: it is asked for each message, and makes no garbage.
 */
final class PartitionNumbers {
    /** Maximum numbers that damaged records may have used: a record may claim no higher ones. */
    private static final int LOST_MAX = 1 << 24;

    private Partition[] table = new Partition[64];
    private int size;
    /** Numbers of partitions whose creation is not in the log, though that of later ones is. */
    private final BitSet unmade = new BitSet();

    private int next;

    /** Returns a slot by Fibonacci hashing: partitions of one topic have consecutive numbers. */
    private int slot(int id) {
        return (id * 0x9E3779B9) >>> Integer.numberOfLeadingZeros(table.length - 1);
    }

    Partition get(int id) {
        for (int at = slot(id); table[at] != null; at = at + 1 & table.length - 1) {
            if (table[at].id() == id) {
                return table[at];
            }
        }
        return null;
    }

    private void put(Partition partition) {
        int at = slot(partition.id());
        while (table[at] != null && table[at].id() != partition.id()) {
            at = at + 1 & table.length - 1;
        }
        size += table[at] == null ? 1 : 0;
        table[at] = partition;
    }

    /** Returns the number of partitions. */
    int size() {
        return size;
    }

    /** Returns the number of the next new partition. */
    int next() {
        return next;
    }

    /** Returns whether the log should have the creation of that partition, but has not. */
    boolean isUnmade(int id) {
        return id >= next || id >= 0 && unmade.get(id);
    }

    /** Returns whether all numbers from one up to another are unmade, or were never used. */
    boolean areUnmade(int from, int to) {
        for (int id = from; id < to; id++) {
            if (!isUnmade(id)) {
                return false;
            }
        }
        return true;
    }

    /** @throws MalformedEventException where {@code count} partitions cannot have these numbers */
    void requireFree(int first, int count) {
        FieldCodec.require(first >= 0 && first <= (long) next + LOST_MAX && (long) first + count <= Integer.MAX_VALUE,
                "%d partitions with numbers from %d, but the next is %d", count, first, next);
        for (int id = first; id < first + count; id++) {
            FieldCodec.require(isUnmade(id), "a second partition with the number %d", id);
        }
    }

    /** Marks lower numbers as used: those without a known partition belong to damaged records. */
    void skipTo(int id) {
        if (id > next) {
            FieldCodec.require(id <= (long) next + LOST_MAX, "a partition with the number %d, but the next is %d", id, next);
            unmade.set(next, id);
            next = id;
        }
    }

    void add(Partition partition) {
        skipTo(partition.id());
        if (size * 2 >= table.length) {
            Partition[] before = table;
            table = new Partition[before.length * 2];
            size = 0;
            for (Partition known : before) {
                if (known != null) {
                    put(known);
                }
            }
        }
        put(partition);
        unmade.clear(partition.id());
        next = Math.max(next, partition.id() + 1);
    }

    void remove(Partition partition) {
        int at = slot(partition.id());
        while (table[at] != partition) {
            if (table[at] == null) {
                return;
            }
            at = at + 1 & table.length - 1;
        }
        table[at] = null;
        size--;
        for (at = at + 1 & table.length - 1; table[at] != null; at = at + 1 & table.length - 1) {
            Partition behind = table[at]; // it may move up to the freed slot
            table[at] = null;
            size--;
            put(behind);
        }
    }

    /** Marks lower numbers as used, according to a checkpoint before its list of partitions; unlisted ones are deleted. */
    void restoreNext(int id) {
        next = Math.max(next, id);
    }
}
