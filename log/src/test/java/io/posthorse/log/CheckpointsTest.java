package io.posthorse.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.testkit.FaultyFileStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Checkpoints that go bad, fail, age, or are of an earlier release. */
class CheckpointsTest {
    @Test
    void c8_aDamagedCheckpointIsReplacedByThePreviousOne() throws IOException {
        for (int how = 0; how < 4; how++) {
            LogWorld world = LogWorld.empty(LogWorld.ASYNC);
            for (int i = 0; i < 3; i++) {
                world.fill(60, 300);
                world.checkpoint();
            }
            List<String> before = world.readable();
            FaultyFileStore files = world.files.crash(false);
            List<String> parts = StoreTest.checkpoints(files);
            assertEquals(2, parts.size());
            StoreTest.spoil(files, parts.get(1), how, 5);
            StoreTest.spoil(files, CheckpointPart.copy(parts.get(1)), how, 6);
            LogWorld next = LogWorld.open(files, LogWorld.ASYNC);
            assertEquals(before, next.readable(), "way " + how);
            assertEquals(60, next.replayed.size(), "those behind the one before");
        }
    }

    @Test
    void oneFileOfEachCheckpointPartMayGoBad() throws IOException {
        for (int how = 0; how < 4; how++) {
            LogWorld world = LogWorld.empty(LogWorld.ASYNC);
            for (int i = 0; i < 3; i++) {
                world.fill(60, 300);
                world.checkpoint();
            }
            List<String> before = world.readable();
            for (boolean copy : new boolean[] {false, true}) {
                FaultyFileStore files = world.files.crash(false);
                for (String part : StoreTest.checkpoints(files)) {
                    StoreTest.spoil(files, copy ? CheckpointPart.copy(part) : part, how, 5);
                }
                LogWorld next = LogWorld.open(files, LogWorld.ASYNC);
                assertEquals(before, next.readable(), "way " + how);
                assertEquals(List.of(), next.replayed, "way " + how);
                next.background.drain();
                for (String part : StoreTest.checkpoints(next.files)) {
                    assertTrue(CheckpointPart.verified(next.files, part, unreadable -> { }).isDoubled(),
                            part + " has a whole copy again");
                }
                next.turn(0, "next");
                next.checkpoint();
                assertEquals(next.readable(), next.killed().readable());
            }
        }
    }

    /** What lies in front of the oldest checkpoint that is left cannot be rebuilt where its log is gone. */
    @Test
    void aLogThatBeginsBehindTheLastWholeCheckpointIsRefused() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        world.fill(30, 500);
        world.checkpoint();
        world.fill(400, 500);
        world.checkpoint();
        world.fill(10, 500);
        world.checkpoint();
        assertTrue(world.store.dropFirst());
        world.background.drain();
        FaultyFileStore files = world.files.crash(false);
        for (String part : StoreTest.checkpoints(files)) {
            files.delete(part);
            files.delete(CheckpointPart.copy(part));
        }
        WholeCheckpoints.write(files, 64, ByteBuffer.allocate(16 * LogWorld.PARTITIONS));
        List<String> names = files.list();
        assertThrows(LogCorruptException.class, () -> LogWorld.open(files, LogWorld.ASYNC));
        assertEquals(names, files.list());
    }

    @Test
    void checkpointPartsStayFewOverRunsAndUnusedFilesAreDeleted() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        for (int run = 0; run < 5; run++) {
            for (int i = 0; i < 10; i++) {
                world.fill(60, 300);
                world.checkpoint();
                assertTrue(StoreTest.checkpoints(world.files).size() <= 3, "of " + StoreTest.checkpoints(world.files));
            }
            List<String> before = world.readable();
            FaultyFileStore files = world.files.crash(false);
            files.open("%020d.checkpoint".formatted(8)).close(); // its deletion did not get through
            files.open(CheckpointPart.name(0, 8)).close(); // nor that of what was merged
            files.open(CheckpointPart.copy(CheckpointPart.name(64, 80))).close();
            files.open("unfinished-merged-checkpoint-copy").close();
            world = LogWorld.open(files, LogWorld.ASYNC);
            assertEquals(before, world.readable());
            assertEquals(List.of(), world.replayed);
            world.fill(60, 300);
            world.checkpoint();
            List<String> parts = StoreTest.checkpoints(files);
            for (String name : files.list()) {
                assertTrue(!name.contains("checkpoint") || parts.contains(name) && !name.contains("00080")
                        || parts.contains(CheckpointPart.ofCopy(name)), name);
            }
            assertTrue(parts.size() <= 3, "of " + parts);
        }
    }

    @Test
    void c8_withoutAnyCheckpointTheWholeLogIsReplayed() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        world.fill(100, 300);
        world.checkpoint();
        List<String> before = world.readable();
        FaultyFileStore files = world.files.crash(false);
        for (String name : StoreTest.checkpoints(files)) {
            files.delete(name);
            files.delete(CheckpointPart.copy(name));
        }
        LogWorld next = LogWorld.open(files, LogWorld.ASYNC);
        assertEquals(before, next.readable());
        assertEquals(100, next.replayed.size());
    }

    @Test
    void c9_aLogWithoutItsBeginAndWithoutACheckpointIsRefused() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        world.fill(200, 500);
        world.checkpoint();
        world.fill(200, 500);
        world.checkpoint();
        assertTrue(world.store.dropFirst());
        world.background.drain();
        FaultyFileStore files = world.files.crash(false);
        for (String name : StoreTest.checkpoints(files)) {
            files.delete(name);
            files.delete(CheckpointPart.copy(name));
        }
        List<String> names = files.list();
        assertThrows(LogCorruptException.class, () -> LogWorld.open(files, LogWorld.ASYNC));
        assertEquals(names, files.list());
    }

    @Test
    void retentionKeepsTheRecordsThatTheOlderCheckpointNeeds() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        world.fill(400, 500);
        world.checkpoint();
        assertFalse(world.store.dropFirst(), "one checkpoint alone could go bad");
        world.fill(10, 500);
        world.checkpoint();
        assertTrue(world.store.dropFirst());
        world.background.drain();
        List<String> before = world.readable();
        FaultyFileStore files = world.files.crash(false);
        String last = StoreTest.checkpoints(files).getLast();
        files.delete(last);
        files.delete(CheckpointPart.copy(last));
        assertEquals(before, LogWorld.open(files, LogWorld.ASYNC).readable());
    }

    @Test
    void aFailedCheckpointLeavesNoDuplicateIndexEntries() throws IOException {
        for (int operations = 1; operations < 12; operations++) {
            LogWorld world = LogWorld.empty(LogWorld.ASYNC);
            world.fill(30, 200);
            world.background.drain();
            world.beginCheckpoint();
            world.background.runJob();
            world.background.deliver();
            if (operations % 2 == 0) {
                world.files.failNextWrite();
            } else {
                world.files.failNextForce();
            }
            world.background.drain();
            world.fill(30, 200);
            world.checkpoint();
            List<String> before = world.readable();
            assertEquals(60, before.size());
            assertEquals(before, world.killed().readable());
        }
    }

    @Test
    void anUnreadableFileOfAPartCountsAsDamaged() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        for (int i = 0; i < 3; i++) {
            world.fill(60, 300);
            world.checkpoint();
        }
        List<String> before = world.readable();
        for (String part : StoreTest.checkpoints(world.files)) {
            for (String name : List.of(part, CheckpointPart.copy(part))) {
                FaultyFileStore files = world.files.crash(false);
                files.failOpening(name);
                assertEquals(before, LogWorld.open(files, LogWorld.ASYNC).readable(), name);
            }
        }
    }

    @Test
    void aTemporaryFailureToReadCheckpointsIsReportedAsSuch() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        world.fill(400, 500);
        world.checkpoint();
        world.fill(10, 500);
        world.checkpoint();
        assertTrue(world.store.dropFirst());
        world.background.drain();
        FaultyFileStore files = world.files.crash(false);
        for (String part : StoreTest.checkpoints(files)) {
            files.delete(CheckpointPart.copy(part));
        }
        files.failOpening(".checkpoint");
        IOException failure = assertThrows(IOException.class, () -> LogWorld.open(files, LogWorld.ASYNC));
        assertFalse(failure instanceof LogCorruptException, failure.toString());
    }

    @Test
    void aPartDamagedInBothFilesIsReplacedByAFullCheckpoint() throws IOException {
        for (int how = 0; how < 4; how++) {
            bothFilesGoBad(how);
        }
    }

    private static void bothFilesGoBad(int how) throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        for (int i = 0; i < 3; i++) {
            world.fill(200, 500);
            world.checkpoint();
        }
        long dispensable = world.store.dispensable();
        String oldest = StoreTest.checkpoints(world.files).getFirst();
        StoreTest.spoil(world.files, oldest, how, 5);
        StoreTest.spoil(world.files, CheckpointPart.copy(oldest), how, 5);
        for (int i = 0; i < 20; i++) {
            world.fill(20, 500);
            world.checkpoint();
            world.store.resume();
            world.checkpoint();
        }
        assertTrue(world.store.dispensable() >= dispensable);
        world.turn(0, "last");
        world.checkpoint();
        List<String> before = world.readable();
        LogWorld next = world.killed();
        assertEquals(before, next.readable());
        assertEquals(List.of(), next.replayed);
    }

    @Test
    void aCheckpointWithoutRoomLeavesNoFilesAndKeepsRoomForAcknowledgements() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        world.background.drain();
        world.fill(3_000, 10);
        long kept = world.log().reserveLeft() / 8;
        world.files.capacity(world.files.usedBytes() + 1_000);
        long used = world.files.usedBytes();
        for (int i = 0; i < 100; i++) {
            world.checkpoint();
            world.store.resume();
            world.background.drain();
            assertTrue(world.log().reserveLeft() >= kept, "left " + world.log().reserveLeft());
        }
        assertEquals(0, world.store.checkpointed());
        assertTrue(world.files.usedBytes() <= used + 1_000, "it holds " + (world.files.usedBytes() - used));
        assertTrue(world.turn(0, "x".repeat(300)) >= 0, "what was free is free");
        world.files.capacity(1L << 40);
        for (int i = 0; i < 20; i++) {
            world.store.resume();
            world.checkpoint();
        }
        assertTrue(world.store.checkpointed() > 0);
        assertEquals(world.readable(), world.killed().readable());
    }

    @Test
    void filesWithoutAPositionAsNameAreNoCheckpoints() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        world.fill(10, 100);
        world.checkpoint();
        FaultyFileStore files = world.files.crash(false);
        String nines = "9".repeat(20);
        for (String name : List.of(nines + ".checkpoint", "0".repeat(20) + "-" + nines + ".checkpoint-copy",
                "0".repeat(20) + "-" + nines + ".index", "0".repeat(20) + "-" + nines + ".keys", nines + ".log")) {
            files.open(name).close();
        }
        assertEquals(world.readable(), LogWorld.open(files, LogWorld.ASYNC).readable());
    }
}
