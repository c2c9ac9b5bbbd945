package io.posthorse.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.testkit.FaultyFileStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Messages found by key: from memory, from files, and from the log where files are missing or damaged. */
class KeyIndexTest {
    private static List<Long> find(LogWorld world, String text) {
        List<Long> found = new ArrayList<>();
        world.store.keys().snapshot().find(text.hashCode(), 0, Long.MAX_VALUE, found::add);
        return found;
    }

    private static List<String> keyFiles(FaultyFileStore files) {
        return files.list().stream().filter(KeyFile::isName).toList();
    }

    /** A log of three stretches in files and one in memory, with the same key in each, and where that stands. */
    private static TreeSet<Long> fill(LogWorld world) {
        TreeSet<Long> positions = new TreeSet<>();
        for (int round = 0; round < 4; round++) {
            world.timeMs = 1_000L * (round + 1);
            for (int i = 0; i < 50; i++) {
                world.turn(i % 3, "round " + round + " text " + i);
            }
            positions.add(world.turn(0, "often"));
            positions.add(world.turn(1, "often"));
            if (round < 3) {
                world.checkpoint();
            }
        }
        return positions;
    }

    private static void assertAllFound(LogWorld world, TreeSet<Long> positions) {
        assertEquals(List.copyOf(positions.descendingSet()), find(world, "often"));
        for (int round = 0; round < 4; round++) {
            for (int i = 0; i < 50; i++) {
                assertEquals(1, find(world, "round " + round + " text " + i).size());
            }
        }
        assertEquals(List.of(), find(world, "never"));
    }

    @Test
    void entriesAreSortedByHashAndEqualOnesKeepTheirOrder() {
        Random random = new Random(7);
        for (int size : new int[] {0, 1, 2, 255, 40_000}) {
            int hashes = random.nextBoolean() ? Math.max(1, size / 3) : Integer.MAX_VALUE;
            long[] entries = IntStream.range(0, size)
                    .mapToLong(i -> random.nextInt(hashes) * 0x9E3779B9L << 32 | i)
                    .toArray();
            long[] sorted = Arrays.stream(entries).sorted().toArray();
            assertArrayEquals(sorted, GrowingKeys.byHash(entries));
        }
    }

    @Test
    void aKeyIsFoundNewestFirst() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        TreeSet<Long> positions = fill(world);
        assertEquals(3, keyFiles(world.files).size());
        assertAllFound(world, positions);

        List<Long> few = new ArrayList<>();
        world.store.keys().snapshot().find("often".hashCode(), 0, Long.MAX_VALUE, p -> few.add(p) && few.size() < 3);
        assertEquals(List.copyOf(positions.descendingSet()).subList(0, 3), few, "until one is not taken");
        List<Long> old = new ArrayList<>();
        world.store.keys().snapshot().find("often".hashCode(), 2_000, 2_999, old::add);
        assertEquals(2, old.size(), "stretches of other times are passed over");
    }

    @Test
    void afterAKillTheKeysOfTheTailAreReadAgain() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        TreeSet<Long> positions = fill(world);
        LogWorld next = world.killed();
        boolean all = next.store.keys().isComplete() && find(next, "often").size() == 8;
        assertFalse(all, "not before the background came to it");
        next.background.drain();
        assertTrue(next.store.keys().isComplete());
        assertAllFound(next, positions);
        assertEquals(4, keyFiles(next.files).size(), "the stretch has a file of its own");
        assertAllFound(drained(next.killed()), positions);
    }

    @Test
    void theKeysOfARangeWhoseRepairWasUnderWayAreReadAgain() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        TreeSet<Long> positions = fill(world);
        String name = keyFiles(world.files).get(1);
        long from = StretchNames.from(name);
        KeyFile.write(world.files, new GrowingKeys(from), StretchNames.to(name));
        LogWorld without = drained(world.killed());
        assertEquals(positions.size() - 2, find(without, "often").size());
        MendedRange.note(without.files, new DamagedRange(from, from + 64));
        LogWorld next = drained(without.killed());
        assertAllFound(next, positions);
        assertTrue(next.files.list().stream().noneMatch(MendedRange::isName));
    }

    private static LogWorld drained(LogWorld world) {
        world.background.drain();
        return world;
    }

    @Test
    void c8_missingOrDamagedFilesAreRebuilt() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        TreeSet<Long> positions = fill(world);
        world.close();
        FaultyFileStore files = world.files.crash(false);
        List<String> names = keyFiles(files);
        assertEquals(4, names.size());
        files.delete(names.get(0));
        files.flipBit(names.get(1), 8 * 80 + 3);
        files.flipBit(names.get(3), 8 * 20);
        LogWorld next = drained(LogWorld.open(files, LogWorld.ASYNC));
        assertTrue(find(next, "often").size() < positions.size(), "what is damaged is seen when it is searched");
        next.store.resume();
        assertAllFound(drained(next), positions);
        assertAllFound(drained(next.killed()), positions);
    }

    @Test
    void agingFilesAreMergedAndRunningSearchesGoOn() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        TreeSet<Long> positions = new TreeSet<>();
        for (int i = 0; i < 7; i++) {
            positions.add(world.turn(0, "often"));
            world.turn(1, "once " + i);
            world.checkpoint();
        }
        LogWorld next = drained(world.killed());
        assertEquals(7, keyFiles(next.files).size());
        KeyIndex.Snapshot before = next.store.keys().snapshot();
        positions.add(next.turn(0, "often"));
        long last = positions.last();
        next.checkpoint();
        assertEquals(1, keyFiles(next.files).size(), "merged");
        List<Long> found = new ArrayList<>();
        before.find("often".hashCode(), 0, Long.MAX_VALUE, found::add);
        assertEquals(List.copyOf(positions.headSet(last, false).descendingSet()), found, "what is deleted stands elsewhere");
        assertFound(next, positions);
        assertFound(drained(next.killed()), positions);
    }

    private static void assertFound(LogWorld world, TreeSet<Long> positions) {
        assertEquals(List.copyOf(positions.descendingSet()), find(world, "often"));
        for (int i = 0; i < 7; i++) {
            assertEquals(1, find(world, "once " + i).size());
        }
    }

    @Test
    void c11_aNewerFormatIsNotTouched() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        fill(world);
        world.close();
        FaultyFileStore files = world.files.crash(false);
        String name = keyFiles(files).getFirst();
        byte[] header = new byte[56];
        try (var file = files.open(name)) {
            java.nio.ByteBuffer bytes = java.nio.ByteBuffer.wrap(header);
            file.read(0, bytes);
            bytes.putInt(8, 3);
            java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
            crc.update(header, 0, 52);
            bytes.putInt(52, (int) crc.getValue());
            file.write(0, bytes.rewind());
        }
        assertThrows(NewerFormatException.class, () -> KeyFile.open(files, name, this));
    }

    @Test
    void keysOfDroppedSegmentsAreNotFound() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        world.fill(300, 500);
        world.checkpoint();
        world.fill(10, 500);
        world.checkpoint();
        int before = keyFiles(world.files).size();
        while (world.store.dropFirst()) {
            world.background.drain();
        }
        assertTrue(world.log().begin() > 0);
        world.store.keys().snapshot().find(
                "text 0 ".repeat(500 / 7 + 1).substring(0, 500).hashCode(), 0, Long.MAX_VALUE, position -> {
                    // the stretch is still there in part; who searches looks at the record
                    assertTrue(world.log().view().bytes(position) == null || position >= world.log().begin());
                    return true;
                });
        assertTrue(keyFiles(world.files).size() <= before);
    }

    @Test
    void keysBehindADroppedSegmentAreReadAgain() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        world.fill(300, 900);
        world.turn(0, "behind");
        world.checkpoint();
        world.fill(10, 900);
        world.checkpoint();
        assertTrue(world.store.drop(world.log().segmentBases()[1]));
        world.background.drain();
        FaultyFileStore files = world.files.crash(false);
        for (String name : keyFiles(files)) {
            files.delete(name);
        }
        LogWorld next = drained(LogWorld.open(files, LogWorld.ASYNC));
        assertTrue(next.store.keys().isComplete());
        assertEquals(1, find(next, "behind").size());
    }
}
