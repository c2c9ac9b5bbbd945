package io.posthorse.broker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.testkit.SeededEntropy;
import java.nio.ByteBuffer;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

class OffsetSetTest {
    private static final int END = 6_000;

    private static void compare(BitSet expected, OffsetSet set, String what) {
        assertEquals(expected.cardinality(), set.size(), what);
        for (int i = 0; i < END; i += 7) {
            assertEquals(expected.get(i), set.contains(i), what);
            assertEquals(expected.nextClearBit(i), set.nextClear(i), what);
        }
        long[] runs = set.runs();
        int at = 0;
        for (int i = expected.nextSetBit(0); i >= 0; i = expected.nextSetBit(expected.nextClearBit(i))) {
            assertEquals(i, runs[at++], what);
            assertEquals(expected.nextClearBit(i) - i, runs[at++], what);
        }
        assertEquals(runs.length, at, what);
    }

    private static OffsetSet copied(OffsetSet set) {
        ByteBuffer out = ByteBuffer.allocate(set.snapshotSize());
        set.snapshot(out);
        assertFalse(out.hasRemaining());
        OffsetSet copy = new OffsetSet();
        copy.restore(out.flip());
        return copy;
    }

    @Test
    void agreesWithABitSet() {
        for (long seed = 1; seed <= 300; seed++) {
            SeededEntropy entropy = new SeededEntropy(seed);
            BitSet expected = new BitSet();
            OffsetSet set = new OffsetSet();
            for (int step = 0; step < 60; step++) {
                String what = "seed " + seed + ", step " + step;
                int from = entropy.below(END);
                int to = from + entropy.below(entropy.percent(50) ? 20 : 2_500);
                switch (entropy.below(7)) {
                    case 0, 1 -> {
                        assertEquals(!expected.get(from), set.add(from), what);
                        expected.set(from);
                    }
                    case 2, 3 -> {
                        set.addAll(from, to);
                        expected.set(from, to);
                    }
                    case 4 -> {
                        assertEquals(expected.get(from), set.remove(from), what);
                        expected.clear(from);
                    }
                    case 5 -> {
                        int end = expected.nextClearBit(from);
                        assertEquals(end, set.removeRun(from), what);
                        expected.clear(from, end);
                    }
                    default -> {
                        if (entropy.percent(30)) {
                            set.removeBelow(from);
                            expected.clear(0, from);
                        }
                        set = copied(set);
                    }
                }
                compare(expected, set, what);
            }
        }
    }

    @Test
    void aGapOfAnyLengthTakesNoMemory() {
        OffsetSet set = new OffsetSet();
        set.addAll(5, 1L << 50);
        assertEquals((1L << 50) - 5, set.size());
        assertTrue(set.snapshotSize() < 200);
        assertEquals(1L << 50, set.nextClear(5));
        assertArrayEquals(new long[] {5, (1L << 50) - 5}, copied(set).runs());
        assertTrue(set.remove(1L << 40));
        assertEquals(1L << 40, set.nextClear(5));
        set.removeBelow((1L << 40) + 1);
        assertEquals(1L << 50, set.removeRun((1L << 40) + 1));
        assertEquals(0, set.size());
    }
}
