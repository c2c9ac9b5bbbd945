package io.posthorse.log;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Partitions by number, in open addressing. Numbers are never used twice, and most of them may belong to what was deleted
 * long ago: the table takes the memory of those that are there.
 */
final class PartitionTable {
    private static final int SIZE_MIN = 64;

    private PartitionIndex[] slots = new PartitionIndex[SIZE_MIN];
    private int count;

    PartitionIndex get(int id) {
        int mask = slots.length - 1;
        for (int i = home(id, mask); slots[i] != null; i = i + 1 & mask) {
            if (slots[i].id == id) {
                return slots[i];
            }
        }
        return null;
    }

    /** Puts a partition whose number is not there yet. */
    void put(PartitionIndex partition) {
        if (++count * 2 > slots.length) {
            resize(slots.length * 2);
        }
        place(partition);
    }

    void remove(int id) {
        int mask = slots.length - 1;
        int hole = home(id, mask);
        while (slots[hole] != null && slots[hole].id != id) {
            hole = hole + 1 & mask;
        }
        if (slots[hole] == null) {
            return;
        }
        slots[hole] = null;
        for (int i = hole + 1 & mask; slots[i] != null; i = i + 1 & mask) {
            int wanted = home(slots[i].id, mask);
            if ((i - wanted & mask) >= (i - hole & mask)) { // it may not stand behind a hole
                slots[hole] = slots[i];
                slots[i] = null;
                hole = i;
            }
        }
        if (--count * 8 < slots.length && slots.length > SIZE_MIN) {
            resize(slots.length / 2);
        }
    }

    /** All of them, by number. */
    List<PartitionIndex> all() {
        List<PartitionIndex> all = new ArrayList<>(count);
        for (PartitionIndex partition : slots) {
            if (partition != null) {
                all.add(partition);
            }
        }
        all.sort(Comparator.comparingInt(p -> p.id));
        return all;
    }

    /** The numbers of all, ascending. */
    int[] ids() {
        int[] ids = new int[slots.length];
        int count = 0;
        for (PartitionIndex partition : slots) {
            if (partition != null) {
                ids[count++] = partition.id;
            }
        }
        return Arrays.copyOf(ids, count);
    }

    /** Places there are, taken or not. */
    int slots() {
        return slots.length;
    }

    private void resize(int size) {
        PartitionIndex[] before = slots;
        slots = new PartitionIndex[size];
        for (PartitionIndex partition : before) {
            if (partition != null) {
                place(partition);
            }
        }
    }

    private void place(PartitionIndex partition) {
        int mask = slots.length - 1;
        int i = home(partition.id, mask);
        while (slots[i] != null) {
            i = i + 1 & mask;
        }
        slots[i] = partition;
    }

    private static int home(int id, int mask) {
        return (id * 0x9E3779B9 >>> 7) & mask;
    }
}
