package io.posthorse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.testkit.SeededEntropy;
import java.time.Duration;
import java.util.TreeMap;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** When the last lease ends, as a look at all of them says, and without one. */
class LeaseCursorTest {
    private final LeaseCursor cursor = new LeaseCursor(0);
    private final TreeMap<Long, Long> ends = new TreeMap<>();

    private long last() {
        return ends.values().stream().mapToLong(end -> end).max().orElse(Long.MIN_VALUE);
    }

    @Test
    void theLastEndIsThatOfTheOpenLeases() {
        for (long seed = 0; seed < 50; seed++) {
            SeededEntropy entropy = new SeededEntropy(seed);
            for (int step = 0; step < 400; step++) {
                act(entropy, seed * 1_000 + step);
                assertEquals(last(), cursor.lastEnd(), "seed " + seed + ", step " + step);
            }
        }
    }

    /** The record of the first loan has rotted: what it lent lies below the floor, and is lent by a record behind it. */
    @Test
    void aMessageLentBelowTheFloorCanBeSettled() {
        cursor.lend(new long[] {8}, 1, 9, 1, 1_000);
        assertEquals(8, cursor.floor());
        cursor.lend(new long[] {0}, 1, 1, 2, 1_000);
        cursor.settle(0);
        assertEquals(1, cursor.open(), "8 alone is lent");
        cursor.settle(8);
        assertEquals(0, cursor.open());
        assertEquals(9, cursor.floor());
    }

    private void act(SeededEntropy entropy, long receipt) {
        long end = 1_000 + entropy.below(50);
        int choice = entropy.below(100);
        if (choice < 40) {
            long offset = cursor.next();
            cursor.lend(new long[] {offset}, 1, offset + 1, receipt, end);
            ends.put(offset, end);
        } else if (choice < 60 && !ends.isEmpty()) {
            long offset = ends.firstKey();
            cursor.change(offset, receipt, end);
            ends.put(offset, end);
        } else if (choice < 98 && !ends.isEmpty()) {
            long offset = entropy.percent(50) ? ends.firstKey() : ends.lastKey();
            cursor.settle(offset);
            ends.remove(offset);
        } else if (choice == 99) {
            cursor.reset(cursor.next());
            ends.clear();
        }
    }

    @Test
    void theLastEndNeedsNoSearchOfAllLeases() {
        long[] offsets = new long[1];
        for (int i = 0; i < 100_000; i++) {
            offsets[0] = i;
            cursor.lend(offsets, 1, i + 1, i, 1_000_000 + i);
        }
        long[] asked = new long[1];
        Assertions.assertTimeout(Duration.ofSeconds(20), () -> {
            for (int i = 0; i < 1_000_000; i++) { // each a look at all would be hours
                asked[0] += cursor.lastEnd();
            }
        });
        assertTrue(asked[0] > 0);
    }
}
