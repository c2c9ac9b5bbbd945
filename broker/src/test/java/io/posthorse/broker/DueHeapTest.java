package io.posthorse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.testkit.SeededEntropy;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The heap and the offset set against the collections of the platform. */
class DueHeapTest {
    private record Entry(long due, long offset) implements Comparable<Entry> {
        @Override
        public int compareTo(Entry other) {
            return due != other.due ? Long.compare(due, other.due) : Long.compare(offset, other.offset);
        }
    }

    @Test
    void theFirstEntryIsAlwaysTheEarliest() {
        for (long seed = 1; seed <= 50; seed++) {
            SeededEntropy entropy = new SeededEntropy(seed);
            DueHeap heap = new DueHeap();
            TreeSet<Entry> model = new TreeSet<>();
            for (int step = 0; step < 5_000; step++) {
                int choice = entropy.below(100);
                if (choice < (step < 2_500 ? 60 : 40)) {
                    Entry entry = new Entry(entropy.below(50), step);
                    heap.add(entry.due, entry.offset);
                    model.add(entry);
                } else if (choice == 99) {
                    heap.retain((due, offset) -> offset % 3 != 0);
                    model.removeIf(e -> e.offset % 3 == 0);
                } else if (choice == 98) {
                    heap.sort();
                } else if (!model.isEmpty()) {
                    heap.removeFirst();
                    model.pollFirst();
                }
                assertEquals(model.size(), heap.size(), "seed " + seed);
                if (!model.isEmpty()) {
                    assertEquals(model.first(), new Entry(heap.firstDue(), heap.firstOffset()), "seed " + seed);
                }
            }
        }
    }

    @Test
    void aPageHoldsTheNextEntriesInOrder() {
        for (long seed = 1; seed <= 200; seed++) {
            SeededEntropy entropy = new SeededEntropy(seed);
            DueHeap heap = new DueHeap();
            TreeSet<Entry> model = new TreeSet<>();
            for (int i = entropy.below(300); i > 0; i--) {
                Entry entry = new Entry(entropy.below(60), i);
                heap.add(entry.due, entry.offset);
                model.add(entry);
            }
            Entry behind = new Entry(entropy.below(62) - 1, entropy.below(300));
            long before = entropy.below(70);
            int most = entropy.below(50);
            DueHeap found = heap.firstBehind(behind.due, behind.offset, before, most, (due, offset) -> offset % 3 != 0);
            List<Entry> expected = model.tailSet(behind, false).stream()
                    .filter(e -> e.due < before && e.offset % 3 != 0).limit(most).toList();
            List<Entry> page = IntStream.range(0, found.size())
                    .mapToObj(i -> new Entry(found.due(i), found.offset(i))).toList();
            assertEquals(expected, page, "seed " + seed);
        }
    }

    @Test
    void aSetHoldsAddedAndNotRemovedOffsets() {
        for (long seed = 1; seed <= 20; seed++) {
            SeededEntropy entropy = new SeededEntropy(seed);
            OffsetSet set = new OffsetSet();
            TreeSet<Long> model = new TreeSet<>();
            for (int step = 0; step < 5_000; step++) {
                long offset = entropy.percent(50) ? entropy.below(3_000) : (1L << 40) + entropy.below(100);
                if (entropy.percent(55)) {
                    assertEquals(model.add(offset), set.add(offset));
                } else {
                    assertEquals(model.remove(offset), set.remove(offset));
                }
                if (entropy.percent(2)) {
                    long to = offset + entropy.below(1_500);
                    set.addAll(offset, to);
                    for (long i = offset; i < to; i++) {
                        model.add(i);
                    }
                } else if (entropy.percent(2)) {
                    long behind = offset;
                    while (model.remove(behind)) {
                        behind++;
                    }
                    assertEquals(behind, set.removeRun(offset));
                }
                assertEquals(model.size(), set.size());
                assertEquals(model.contains(offset), set.contains(offset));
            }
            model.forEach(offset -> assertTrue(set.contains(offset)));
        }
    }
}
