package io.posthorse.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.testkit.FaultyFileStore;
import io.posthorse.testkit.SeededEntropy;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** The index of a partition against a plain map from offset to position, driven by random calls. */
class PartitionIndexTest {
    private final TreeMap<Long, Long> model = new TreeMap<>();
    private final Index index = new Index();
    private final PartitionIndex partition = index.create(7, 0, 0);
    private final PartitionIndex[] others = {index.create(3, 0, 0), index.create(90, 0, 0)};
    private final FaultyFileStore files = new FaultyFileStore(new SeededEntropy(0));
    private long next;
    private long position = 64;
    private long written;

    @Test
    void agreesWithAList() throws IOException {
        for (int seed = 0; seed < 300; seed++) {
            new PartitionIndexTest().run(new SeededEntropy(seed));
        }
    }

    private void run(SeededEntropy entropy) throws IOException {
        for (int step = 0; step < 200; step++) {
            int choice = entropy.below(20);
            if (choice < 12) {
                append(entropy.below(10) == 0 ? entropy.below(5) : 0);
            } else if (choice < 14) {
                appendElsewhere();
                freezeAndWrite(entropy); // a stripe in which the partition got nothing
            } else if (choice < 16) {
                int by = 1 + entropy.below(100);
                index.jump(by);
                next += by;
            } else if (choice < 18) {
                freezeAndWrite(entropy);
            } else if (!model.isEmpty() && entropy.percent(10)) {
                dropBelow(Math.min(written, entropy.below((int) position + 1)));
            }
            compare(entropy);
        }
    }

    private void append(int leftOut) {
        next += leftOut;
        index.append(partition, next, position, (int) next % 50, (int) -next);
        model.put(next++, position);
        position += 128;
        appendElsewhere();
    }

    private void appendElsewhere() {
        PartitionIndex other = others[(int) position / 128 % 2];
        index.append(other, other.next(), position, 1, 1);
        position += 128;
    }

    /** Ends the chunks in memory, and puts them in a file, as a checkpoint does; or fails to, and keeps them. */
    private void freezeAndWrite(SeededEntropy entropy) throws IOException {
        long to = position;
        index.beginFreeze();
        goOn(entropy, index::freeze);
        FrozenEntries unwritten = index.frozen();
        if (entropy.percent(70) && to > written) {
            index.adopt(IndexFile.write(files, "unfinished", written, to, unwritten, false), unwritten);
            written = to;
            goOn(entropy, index::letGo);
        }
    }

    @Test
    void aPartitionRemovedDuringACheckpointIsWhollyInIt() {
        append(0);
        PartitionIndex other = others[0];
        index.append(other, other.next(), position, 1, 1);
        int id = other.id;
        index.step(1);
        index.beginFreeze();
        index.remove(id);
        boolean more = index.freeze();
        while (more) {
            more = index.freeze();
        }
        assertTrue(index.frozen().parts().stream().anyMatch(part -> part.partition() == id),
                "the checkpoint that has begun knows the partition, and a start may begin with it");
    }

    /** Some records come while a checkpoint goes on by steps. */
    private void goOn(SeededEntropy entropy, BooleanSupplier step) {
        index.step(1);
        boolean more = step.getAsBoolean();
        while (more) {
            if (entropy.percent(30)) {
                append(0);
                compare(entropy);
            }
            more = step.getAsBoolean();
        }
    }

    private void dropBelow(long below) {
        index.dropBelow(below);
        model.values().removeIf(p -> p < below);
    }

    private void compare(SeededEntropy entropy) {
        assertEquals(next, partition.next());
        assertEquals(model.isEmpty() ? next : model.firstKey(), partition.begin());
        for (int i = 0; i < 5; i++) {
            long offset = entropy.below((int) next + 2);
            Long there = model.ceilingKey(offset);
            assertEquals(there == null ? next : there, partition.ceiling(offset), "ceiling of " + offset);
            if (there != null) {
                assertEquals(model.get(there), partition.position(there));
                assertEquals((int) (there % 50), partition.length(there));
                assertEquals((int) -there, partition.tag(there));
            }
            long committed = entropy.below((int) position + 1);
            Long hidden = model.entrySet().stream()
                    .filter(e -> e.getValue() >= committed)
                    .map(Map.Entry::getKey)
                    .findFirst()
                    .orElse(null);
            long end = partition.visibleEnd(committed);
            if (hidden == null) {
                assertEquals(next, end);
            } else {
                assertEquals(model.headMap(hidden).size(), model.headMap(end).size(), "what is committed, no more");
            }
        }
    }
}
