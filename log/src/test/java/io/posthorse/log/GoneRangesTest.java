package io.posthorse.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.posthorse.testkit.SeededEntropy;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

/** Stretches that are gone, against a set of bits. */
class GoneRangesTest {
    @Test
    void agreesWithABitSet() {
        for (int seed = 0; seed < 200; seed++) {
            SeededEntropy entropy = new SeededEntropy(seed);
            GoneRanges gone = GoneRanges.NONE;
            BitSet model = new BitSet();
            for (int step = 0; step < 30; step++) {
                int from = entropy.below(300);
                int to = from + entropy.below(20);
                gone = gone.with(from, to);
                model.set(from, to);
                for (int position = 0; position < 330; position++) {
                    assertEquals(model.get(position), gone.holds(position));
                    assertEquals(model.nextClearBit(position), gone.end(position));
                    if (!model.get(position)) {
                        int next = model.nextSetBit(position);
                        assertEquals(next < 0 ? Long.MAX_VALUE : next, gone.next(position));
                    }
                }
                assertEquals(model.nextClearBit(from) >= to, gone.covers(from, to));
                assertSame(gone, gone.with(from, to), "nothing new");
            }
        }
    }
}
