package io.posthorse.broker;

import java.util.BitSet;

/**
 * Partitions by their numbers in the log. A number is never given to a second partition; one that is gone costs nothing. A
 * table of open addressing: it is asked for each message, and makes no garbage.
 */
final class PartitionNumbers {
    /** Most numbers that damaged records may have taken: so much room is made for what a record says. */
    private static final int LOST_MAX = 1 << 24;

    private Partition[] table = new Partition[64];
    private int size;
    /** Numbers of partitions whose creation is not in the log, though that of later ones is. */
    private final BitSet unmade = new BitSet();

    private int next;

    /** Fibonacci hashing: partitions of one topic have numbers in a row. */
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

    /** How many there are. */
    int size() {
        return size;
    }

    /** Number that the next new partition gets. */
    int next() {
        return next;
    }

    /** Whether the log should have told of that partition, but has not. */
    boolean isUnmade(int id) {
        return id >= next || id >= 0 && unmade.get(id);
    }

    /** Whether all from a number up to before another one are unmade, or were never given. */
    boolean areUnmade(int from, int to) {
        for (int id = from; id < to; id++) {
            if (!isUnmade(id)) {
                return false;
            }
        }
        return true;
    }

    /** @throws MalformedEventException where so many partitions cannot have these numbers */
    void requireFree(int first, int count) {
        FieldCodec.require(first >= 0 && first <= (long) next + LOST_MAX && (long) first + count <= Integer.MAX_VALUE,
                "%d partitions with numbers from %d on, where %d is next", count, first, next);
        for (int id = first; id < first + count; id++) {
            FieldCodec.require(isUnmade(id), "a second partition of the number %d", id);
        }
    }

    /** Numbers below this one were given: those of which nothing is known, to partitions whose records were damaged. */
    void skipTo(int id) {
        if (id > next) {
            FieldCodec.require(id <= (long) next + LOST_MAX, "a partition of the number %d, where %d is next", id, next);
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
            Partition behind = table[at]; // what was put behind it for want of its slot may move up
            table[at] = null;
            size--;
            put(behind);
        }
    }

    /** Numbers below were given, as a checkpoint says before it lists partitions; those that it does not list are gone. */
    void restoreNext(int id) {
        next = Math.max(next, id);
    }
}
