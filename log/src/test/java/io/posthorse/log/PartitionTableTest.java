package io.posthorse.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.testkit.SeededEntropy;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Partitions by number against a plain map. */
class PartitionTableTest {
    private final Index index = new Index();
    private final PartitionTable table = new PartitionTable();
    private final TreeMap<Integer, PartitionIndex> model = new TreeMap<>();

    @Test
    void agreesWithAMap() {
        for (int seed = 0; seed < 100; seed++) {
            new PartitionTableTest().run(new SeededEntropy(seed));
        }
    }

    private void run(SeededEntropy entropy) {
        int numbers = 1 + entropy.below(600);
        for (int step = 0; step < 800; step++) {
            int id = entropy.below(numbers) * (entropy.percent(50) ? 1 : 1 << entropy.below(20));
            if (model.containsKey(id)) {
                if (entropy.percent(40 + step % 50)) {
                    table.remove(id);
                    model.remove(id);
                }
            } else if (entropy.percent(60)) {
                PartitionIndex partition = new PartitionIndex(index, id, 0, 0);
                table.put(partition);
                model.put(id, partition);
            }
            assertSame(model.get(id), table.get(id));
        }
        assertEquals(List.copyOf(model.values()), table.all());
        model.forEach((id, partition) -> assertSame(partition, table.get(id)));
        table.remove(-5);
        assertEquals(List.copyOf(model.values()), table.all());
    }

    @Test
    void numbersOfDeletedPartitionsTakeNoMemory() {
        List<Integer> kept = new ArrayList<>();
        for (int id = 0; id < 300_000; id++) {
            table.put(new PartitionIndex(index, id, 0, 0));
            if (id % 10_000 == 0) {
                kept.add(id);
            } else {
                table.remove(id);
            }
        }
        assertTrue(table.slots() <= 256, table.slots() + " places for " + kept.size());
        assertEquals(kept, table.all().stream().map(p -> p.id).toList());
        assertNull(table.get(5));
    }
}
