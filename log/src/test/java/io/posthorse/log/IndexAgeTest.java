package io.posthorse.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import io.posthorse.testkit.FaultyFileStore;
import io.posthorse.testkit.StoppedError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** Index files of a long past: merged, cut short, moved to, and none of them touched before it is needed. */
class IndexAgeTest {
    private static List<String> indexFiles(FileStore files) throws IOException {
        return files.list().stream().filter(IndexFile::isName).toList();
    }

    /** A world with so many checkpoints, between which are 12 messages. */
    private static LogWorld aged(int checkpoints) throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        for (int i = 0; i < checkpoints; i++) {
            world.fill(12, 100);
            world.checkpoint();
        }
        return world;
    }

    @Test
    void manyCheckpointsLeaveFewFiles() throws IOException {
        LogWorld world = aged(100);
        List<String> before = world.readable();
        assertEquals(1_200, before.size());
        assertTrue(indexFiles(world.files).size() < 12, indexFiles(world.files).toString());
        assertEquals(before, world.killed().readable());
    }

    @Test
    void aStartReadsOnlyTheHeaderOfTheNewestIndexFile() throws IOException {
        LogWorld world = aged(6);
        List<String> before = world.readable();
        FaultyFileStore files = world.files.crash(false);
        List<String> names = indexFiles(files);
        for (String name : names.subList(0, 5)) {
            files.flipBit(name, 8 * 20);
        }
        LogWorld next = LogWorld.open(files, LogWorld.ASYNC);
        assertEquals(names, indexFiles(files), "a damaged file is not seen before it is used");
        assertEquals(before, next.readable());
        next.background.drain();
        FaultyFileStore later = files.crash(false);
        for (String name : indexFiles(later)) {
            assertTrue(IndexView.open(later, name, name) != null, name + " was made again");
        }
    }

    @Test
    void aMergeInterruptedAnywhereLosesNoEntriesAndLeavesNoFiles() throws IOException {
        for (int operations = 0; operations < 40; operations++) {
            for (boolean machine : new boolean[] {false, true}) {
                LogWorld world = aged(8);
                List<String> before = world.readable();
                world.force();
                world.files.stopAfter(operations);
                try {
                    world.checkpoint();
                    world.fill(1, 10);
                    world.checkpoint();
                } catch (StoppedError e) {
                    // as planned
                }
                LogWorld next = LogWorld.open(world.files.crash(machine), LogWorld.ASYNC);
                assertTrue(next.readable().containsAll(before), operations + " operations");
                next.background.drain();
                assertTrue(next.readable().containsAll(before), operations + " operations");
                long covered = 0;
                for (String name : indexFiles(next.files)) {
                    assertTrue(StretchNames.from(name) >= covered, "one file for each stretch");
                    covered = StretchNames.to(name);
                }
                assertFalse(next.files.list().stream().anyMatch(name -> name.startsWith("unfinished-")));
            }
        }
    }

    @Test
    void aMergeOnAFullDiskWaitsAndChangesNothing() throws IOException {
        LogWorld world = aged(8);
        world.fill(12, 100);
        world.beginCheckpoint();
        while (indexFiles(world.files).size() < 9) {
            world.background.runJob();
            world.background.deliver();
        }
        world.background.runJob();
        world.files.capacity(world.files.usedBytes());
        world.background.drain();
        int files = indexFiles(world.files).size();
        assertTrue(files >= 9, "no room");
        assertEquals(108, world.readable().size());
        world.files.capacity(1L << 40);
        world.store.resume();
        world.background.drain();
        assertEquals(files, indexFiles(world.files).size(), "not at once");
        for (int i = 0; i < 10; i++) {
            world.store.resume();
            world.background.drain();
        }
        assertTrue(indexFiles(world.files).size() < 3);
        assertEquals(108, world.readable().size());
    }

    @Test
    void aLostIndexIsRebuiltPieceByPieceAndItsMessagesStayReadable() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        world.fill(500, 1_000);
        world.checkpoint();
        List<String> before = world.readable();
        FaultyFileStore files = world.files.crash(false);
        for (String name : indexFiles(files)) {
            files.delete(name);
        }
        LogWorld asked = LogWorld.open(files, LogWorld.ASYNC);
        assertEquals(
                asked.log().segmentBases().length, asked.index.files().all().size(), "a piece for each segment");
        assertEquals(before, asked.readable(), "the owner does not wait for the background");
        assertEquals(asked.log().segmentBases().length, indexFiles(files).size());
        asked.background.drain();
        assertEquals(before, asked.readable());
        assertEquals(before, asked.killed().readable());
    }

    @Test
    void onAFullDiskALostIndexIsHeldInMemory() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        world.fill(2_000, 1_000);
        world.checkpoint();
        List<String> before = world.readable();
        FaultyFileStore files = world.files.crash(false);
        for (String name : indexFiles(files)) {
            files.delete(name);
        }
        files.capacity(files.usedBytes());
        LogWorld asked = LogWorld.open(files, LogWorld.ASYNC);
        files.capacity(0);
        assertEquals(before, asked.readable());
        long held = asked.index.files().all().stream().filter(StripeFile::isHeld).count();
        assertTrue(held > 0 && held <= 16, held + " of " + asked.index.files().all().size());
        files.capacity(1L << 40);
        for (int i = 0; i < 12; i++) {
            asked.store.resume();
            asked.background.drain();
        }
        assertEquals(null, asked.index.files().firstMissing());
        assertEquals(before, asked.readable());
    }

    @Test
    void aRelocatedMessageIsReadAtItsNewPositionOnceThatIsCommitted() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        long[] positions = world.fill(30, 100);
        PartitionIndex partition = world.index.partition(1);
        world.index.committed(world.log().tail());
        long moved = world.relocate(1, 4);
        long again = world.relocate(1, 4);
        assertEquals(positions[13], partition.position(4), "not in force");
        world.index.committed(again);
        assertEquals(moved, partition.position(4));
        world.index.committed(world.log().tail());
        assertEquals(again, partition.position(4));
        assertEquals(10, partition.next());
        assertEquals(4, partition.ceiling(4));
        assertEquals(positions[16], partition.position(5));
        world.checkpoint();
        assertEquals(again, partition.position(4), "from a file");
        assertEquals(again, world.killed().index.partition(1).position(4));
        FaultyFileStore files = world.files.crash(false);
        for (String name : indexFiles(files)) {
            files.delete(name);
        }
        assertEquals(again, LogWorld.open(files, LogWorld.ASYNC).index.partition(1).position(4), "from the log");
    }

    @Test
    void impossibleValuesUnderRightChecksumsAreRejected() throws IOException {
        int rows = 64;
        int entries = rows + 24 * 3;
        int[][] places = {
            {12, 4}, {48, 4}, {52, 4}, {rows + 4, 4}, {rows + 16, 4}, {entries, 8}, {entries + 8, 4}
        };
        for (int[] place : places) {
            for (long value : new long[] {-1, Integer.MAX_VALUE, Integer.MIN_VALUE, 1 << 20, Long.MAX_VALUE}) {
                LogWorld world = aged(1);
                List<String> before = world.readable();
                FaultyFileStore files = world.files.crash(false);
                put(files, indexFiles(files).get(0), place[0], place[1], value);
                assertEquals(before, LogWorld.open(files, LogWorld.ASYNC).readable(), place[0] + " says " + value);
            }
        }
    }

    /** Changes a field, and makes all checksums right again. */
    private static void put(FaultyFileStore files, String name, int at, int length, long value) throws IOException {
        try (StoredFile file = files.open(name)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
            file.read(0, bytes);
            bytes.putInt(at + length - 4, (int) value);
            if (length == 8) {
                bytes.putLong(at, value);
            }
            bytes.putInt(56, crc(bytes, 64, bytes.capacity()));
            bytes.putInt(40, crc(bytes, 48, 64));
            bytes.putInt(44, crc(bytes, 0, 44));
            file.write(0, bytes.rewind());
        }
    }

    private static int crc(ByteBuffer bytes, int from, int to) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.array(), from, to - from);
        return (int) crc.getValue();
    }

    @Test
    void aNewerFormatIsNotTouched() throws IOException {
        LogWorld world = aged(2);
        FaultyFileStore files = world.files.crash(false);
        put(files, indexFiles(files).get(1), 8, 4, 4);
        List<String> names = new ArrayList<>(files.list());
        assertThrows(NewerFormatException.class, () -> LogWorld.open(files, LogWorld.ASYNC));
        assertEquals(names, files.list());
    }

    @Test
    void filesOfThePreviousVersionAreReadAndMerged() throws IOException {
        LogWorld world = aged(7);
        List<String> before = world.readable();
        FaultyFileStore files = world.files.crash(false);
        for (String name : indexFiles(files)) {
            toOldVersion(files, name);
        }
        LogWorld next = LogWorld.open(files, LogWorld.ASYNC);
        assertEquals(before, next.readable());
        next.fill(12, 100);
        next.checkpoint();
        next.fill(1, 10);
        next.checkpoint();
        assertTrue(indexFiles(files).size() < 4, "merged");
        assertTrue(next.readable().containsAll(before));
    }

    private static void toOldVersion(FaultyFileStore files, String name) throws IOException {
        ByteBuffer now = ByteBuffer.wrap(GoldenFiles.bytes(files, name));
        int body = now.getInt(52);
        ByteBuffer old = ByteBuffer.allocate(now.capacity() - body + 48);
        old.put(48, now, body, now.capacity() - body);
        old.putLong(0, now.getLong(0)).putInt(8, 2).putInt(12, now.getInt(12)).putLong(16, now.getLong(16));
        old.putLong(24, now.getLong(24)).putLong(32, old.capacity());
        for (int row = 48; row < 48 + now.getInt(12) * 24; row += 24) {
            old.putInt(row + 16, old.getInt(row + 16) - body + 48);
        }
        old.putInt(40, crc(old, 48, old.capacity())).putInt(44, crc(old, 0, 44));
        files.delete(name);
        try (StoredFile file = files.open(name)) {
            file.write(0, old);
        }
    }

    @Test
    void aMergeOmitsGoneRecordsAndRemovedPartitions() throws IOException {
        LogWorld world = aged(6);
        world.index.remove(2);
        world.index.create(2, 24, 24);
        world.index.drop(64, world.index.files().all().get(1).to - 200);
        world.index.remove(1);
        world.index.create(9, 0, 0);
        int[] left = {0, 2, 9};
        List<StripeFile> parts = world.index.files().all();
        IndexMerge merge = new IndexMerge(world.files, parts, world.index.gone(), left);
        while (merge.merged() == null) {
            merge.step();
        }
        IndexView view = merge.merged().view();
        assertEquals(-1, view.lastRow(1));
        assertEquals(2, view.chunks, "what has no gap is one chunk");
        Chunk first = view.chunk(0);
        assertEquals(24, first.end());
        assertTrue(first.position(0) >= world.index.files().all().get(1).to - 200);
    }
}
