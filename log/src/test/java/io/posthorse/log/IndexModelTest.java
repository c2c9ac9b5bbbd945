package io.posthorse.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.testkit.FaultyFileStore;
import io.posthorse.testkit.SeededEntropy;
import io.posthorse.testkit.StoppedError;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * The index of a log in which messages move and segments go, against plain maps, driven by random calls: with files that
 * are merged, damaged and lost, full disks, and processes and machines that end in the middle of a change to a file.
 */
class IndexModelTest {
    private SeededEntropy entropy;
    /** By partition and offset, the places of a message, of which the highest one in force counts. */
    private final List<TreeMap<Long, TreeSet<Long>>> model = new ArrayList<>();

    /** Places to which messages were relocated. */
    private final TreeSet<Long> relocated = new TreeSet<>();

    private LogWorld world;
    private long committed = Long.MAX_VALUE;
    private int number;

    @Test
    void agreesWithMaps() throws IOException {
        int first = Integer.getInteger("index.seed", 0);
        for (int seed = first; seed < first + Integer.getInteger("index.seeds", 60); seed++) {
            try {
                new IndexModelTest().run(new SeededEntropy(seed));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("-Dindex.seed=" + seed + ": " + e, e);
            }
        }
    }

    private void run(SeededEntropy seeded) throws IOException {
        entropy = seeded;
        world = LogWorld.open(new FaultyFileStore(entropy), LogWorld.ASYNC);
        world.tagged = true;
        for (int p = 0; p < LogWorld.PARTITIONS; p++) {
            model.add(new TreeMap<>());
        }
        for (int step = 0; step < 200; step++) {
            step();
            compare();
        }
        assertTrue(world.index.files().all().size() < 30, "merged");
    }

    private void step() throws IOException {
        int choice = entropy.below(100);
        if (entropy.percent(30)) {
            world.store.advance();
        }
        if (choice < 45) {
            for (int left = entropy.below(12); left >= 0; left--) {
                append(entropy.below(entropy.percent(30) ? LogWorld.PARTITIONS : 2));
            }
        } else if (choice < 60) {
            relocateSome();
        } else if (choice < 64) {
            commit(entropy.percent(50) ? Long.MAX_VALUE : world.log().tail() - entropy.below(8_000));
        } else if (choice < 80) {
            checkpoint();
        } else if (choice < 86) {
            drop();
        } else if (choice < 90) {
            spoil();
        } else if (choice < 92) {
            reopen(false);
        } else if (choice < 95) {
            stopInTheMiddle();
        } else if (choice < 98) {
            world.files.capacity(world.files.usedBytes() + entropy.below(6_000));
            checkpoint();
            world.files.capacity(1L << 40);
        } else {
            rest();
        }
    }

    private void append(int partition) {
        long offset = world.index.partition(partition).next();
        long at = world.turn(partition, "number " + number++ + "x".repeat(entropy.below(900)));
        if (at >= 0) {
            model.get(partition).put(offset, new TreeSet<>(List.of(at)));
        }
    }

    private void relocateSome() {
        int partition = entropy.below(LogWorld.PARTITIONS);
        TreeMap<Long, TreeSet<Long>> of = model.get(partition);
        for (int left = entropy.below(8); left >= 0 && !of.isEmpty(); left--) {
            Long offset = of.ceilingKey((long) entropy.below((int) world.index.partition(partition).next()));
            if (offset != null && place(of.get(offset)) >= 0) {
                long at = world.relocate(partition, offset);
                if (at >= 0) {
                    of.get(offset).add(at);
                    relocated.add(at);
                }
            }
        }
    }

    /** What is in force stays so. */
    private void commit(long position) {
        committed = Math.max(position, committed == Long.MAX_VALUE ? world.log().tail() : committed);
        world.index.committed(committed);
    }

    private void checkpoint() {
        world.index.step(1);
        if (entropy.percent(50)) {
            world.store.checkpoint();
            world.store.advance(); // and the rest comes later
        } else {
            world.beginCheckpoint();
        }
        for (int jobs = entropy.below(6); jobs > 0; jobs--) {
            world.background.runJob();
            if (entropy.percent(70)) {
                world.background.deliver();
            }
        }
        if (entropy.percent(70)) {
            world.background.drain();
        }
    }

    private void rest() {
        for (int i = 0; i < 12; i++) {
            world.store.resume();
            world.background.drain();
        }
    }

    /** Drops a segment at the begin of the log, or in its middle, once all that is to stay is committed. */
    private void drop() throws IOException {
        commit(Long.MAX_VALUE);
        world.background.drain();
        long[] bases = world.log().segmentBases();
        int i = entropy.percent(50) ? 0 : entropy.below(bases.length);
        if (i + 1 >= bases.length || bases[i + 1] > world.store.dispensable()) {
            return;
        }
        long end = bases[i] + (1 << 16);
        if (i == 0) {
            assertTrue(world.store.dropFirst());
        } else {
            world.store.forget(bases[i], end);
            world.files.delete(Segment.name(bases[i]));
        }
        world.background.drain();
        world.files.forceNames(); // or the segment would be there again after a crash of the machine
        for (TreeMap<Long, TreeSet<Long>> of : model) {
            of.values().forEach(places -> places.subSet(bases[i], end).clear());
            of.values().removeIf(TreeSet::isEmpty);
        }
    }

    private void spoil() throws IOException {
        world.background.drain();
        reopen(false, files -> {
            List<String> names = files.list().stream().filter(IndexFile::isName).toList();
            for (int left = entropy.below(3); left >= 0 && !names.isEmpty(); left--) {
                String name = names.get(entropy.below(names.size()));
                long size;
                try (var file = files.open(name)) {
                    size = file.size();
                    if (entropy.percent(20) && size > 0) {
                        file.truncate(entropy.below((int) size));
                        size = file.size();
                    }
                }
                if (entropy.percent(20)) {
                    files.delete(name);
                } else if (size > 0) {
                    files.flipBit(name, entropy.below((int) size * 8));
                }
            }
        });
    }

    private void stopInTheMiddle() throws IOException {
        world.background.drain();
        world.force();
        world.files.stopAfter(entropy.below(30));
        try {
            checkpoint();
            rest();
        } catch (StoppedError e) {
            // as planned
        }
        reopen(entropy.percent(50));
    }

    private void reopen(boolean machine) throws IOException {
        reopen(machine, files -> {});
    }

    private interface Spoiler {
        void spoil(FaultyFileStore files) throws IOException;
    }

    private void reopen(boolean machine, Spoiler spoiler) throws IOException {
        FaultyFileStore files = world.files.crash(machine);
        spoiler.spoil(files);
        world = LogWorld.open(files, LogWorld.ASYNC);
        world.tagged = true;
        committed = Long.MAX_VALUE;
        if (entropy.percent(60)) {
            world.background.drain();
        }
    }

    /** The place that counts; the oldest one stands for what was appended, which counts as soon as it is written. */
    private long place(TreeSet<Long> places) {
        Long inForce = places.lower(committed);
        return inForce != null ? inForce : places.first();
    }

    private void compare() {
        for (int p = 0; p < LogWorld.PARTITIONS; p++) {
            PartitionIndex partition = world.index.partition(p);
            TreeMap<Long, TreeSet<Long>> of = model.get(p);
            assertEquals(of.isEmpty() ? partition.next() : of.firstKey(), partition.begin(), "begin of " + p);
            for (int i = 0; i < 6; i++) {
                long offset = entropy.below((int) partition.next() + 2);
                Long there = of.ceilingKey(offset);
                assertEquals(there == null ? partition.next() : there, partition.ceiling(offset), "ceiling of " + offset);
                if (there != null) {
                    assertEquals(place(of.get(there)), partition.position(there), "place of " + p + ":" + there);
                    assertEquals(there.intValue() * 31 + p, partition.tag(there));
                    assertTrue(partition.length(there) > 0);
                }
            }
            visibleEnd(partition, of);
        }
    }

    /** What is relocated counts where it was appended, as long as that is known. */
    private void visibleEnd(PartitionIndex partition, TreeMap<Long, TreeSet<Long>> of) {
        long below = world.log().tail() - entropy.below(20_000);
        long end = partition.visibleEnd(below);
        for (Map.Entry<Long, TreeSet<Long>> entry : of.entrySet()) {
            boolean appendedAbove = entry.getValue().first() >= below && entry.getValue().size() == 1
                    && !relocated.contains(entry.getValue().first());
            if (appendedAbove) {
                assertTrue(end <= entry.getKey(), "an end behind what is not committed");
                return;
            }
            if (entry.getValue().first() < below) {
                assertTrue(end > entry.getKey(), "an end before what is committed");
            }
        }
    }
}
