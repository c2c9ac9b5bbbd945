package io.posthorse.log;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * A table of partitions by number, with open addressing. Numbers are never used again, and most may belong to deleted
 * partitions: the memory depends on the present ones alone.
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

    /** Adds a partition whose number is new. */
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
            if ((i - wanted & mask) >= (i - hole & mask)) { // it must not be behind a hole
                slots[hole] = slots[i];
                slots[i] = null;
                hole = i;
            }
        }
        if (--count * 8 < slots.length && slots.length > SIZE_MIN) {
            resize(slots.length / 2);
        }
    }

    /** Returns all partitions, by number. */
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

    /** Returns the numbers of all partitions, ascending. */
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

    /** Returns the number of slots, used or not. */
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
