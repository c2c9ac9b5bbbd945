package io.posthorse.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.platform.StoredFile;
import io.posthorse.testkit.FaultyFileStore;
import io.posthorse.testkit.SeededEntropy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Disks that are full or fail, checkpoints and retention; the numbers c1 to c12 are those of the fault table. */
class StoreTest {
    @Test
    void c1_aFullDiskRefusesRecordsUntilThereIsSpaceAgain() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        world.fill(100, 500);
        world.files.capacity(world.files.usedBytes());
        int taken = 0;
        while (world.turn(0, "x".repeat(500)) >= 0) {
            taken++;
            world.background.drain();
        }
        assertTrue(taken < 60);
        assertNull(world.log().poison());
        assertEquals(100 + taken, world.readable().size(), "nothing is deleted for it");
        assertTrue(world.log().admits(100, 1, true), "the reserve takes small events");

        world.files.capacity(1 << 30);
        assertTrue(world.turn(0, "again") >= 0);
        assertEquals(101 + taken, world.killed().readable().size());
    }

    /** Small events until none is taken any more. */
    private static int smallEvents(LogWorld world) {
        int taken = 0;
        while (world.log().admits(40, 1, true)) {
            world.log().reserve(40);
            world.log().seal((byte) 100, 1, false);
            world.log().write();
            taken++;
        }
        return taken;
    }

    private static LogWorld fullOf(LogSettings settings) throws IOException {
        LogWorld world = LogWorld.empty(settings);
        world.store.resume(); // by now there is a reserve
        world.files.capacity(world.files.usedBytes() + 30_000);
        while (world.turn(0, "x".repeat(500)) >= 0) {
            world.background.drain();
        }
        return world;
    }

    private static final LogSettings RESERVED = new LogSettings(1 << 16, 1 << 14, 1 << 17, false);

    @Test
    void c1_aFullDiskTakesSmallEventsFromTheReserve() throws IOException {
        LogWorld world = fullOf(RESERVED);
        assertTrue(world.log().shortage().lasts());
        int taken = smallEvents(world);
        assertTrue(taken > (1 << 17) / 80 * 9 / 10, "the whole reserve is there for them: " + taken);
        assertNull(world.log().poison());
        assertEquals(-1, world.turn(0, "no message"));

        world.store.resume();
        assertEquals(-1, world.turn(0, "no message as long as there is no space"));
        world.files.capacity(world.files.usedBytes() + 20_000);
        world.store.resume();
        assertEquals(-1, world.turn(0, "the reserve comes first"));
        world.files.capacity(1 << 30);
        assertTrue(world.turn(0, "taken at once") >= 0);
        world.store.resume();
        assertFalse(world.log().shortage().lasts());
        assertEquals(1 << 17, world.log().reserveLeft());
    }

    @Test
    void c1_theReserveSurvivesRestarts() throws IOException {
        LogWorld world = fullOf(RESERVED);
        LogWorld next = LogWorld.open(world.files.crash(false), RESERVED);
        assertEquals(1 << 17, next.log().reserveLeft());
        assertTrue(smallEvents(next) > 1_000);

        LogWorld third = LogWorld.open(next.files.crash(false), RESERVED);
        assertTrue(third.log().shortage().lasts(), "what was given away is missed");
        third.files.capacity(third.files.usedBytes() + 60_000);
        assertEquals(-1, third.turn(0, "the reserve comes first"));
        third.files.capacity(1 << 30);
        assertTrue(third.turn(0, "again") >= 0);
    }

    @Test
    void c1_smallAllocationsAreTriedWhereLargeOnesFail() throws IOException {
        LogWorld world = LogWorld.empty(RESERVED);
        world.store.resume();
        world.fill(20, 500);
        world.files.capacity(world.files.usedBytes() + (1 << 13)); // less than is kept ready ahead
        int taken = 0;
        while (world.turn(0, "x".repeat(500)) >= 0) {
            taken++;
        }
        assertTrue(taken >= 12, "the last blocks are used too: " + taken);
    }

    @Test
    void c2_aReadOnlyFileSystemStopsAcknowledgementsButNotReads() throws IOException {
        for (LogSettings settings : List.of(LogWorld.ASYNC, LogWorld.SYNC)) {
            LogWorld world = LogWorld.empty(settings);
            world.fill(30, 300);
            List<String> before = world.readable();
            long committed = world.log().committed();

            world.files.readOnly(true);
            world.turn(0, "x".repeat(300));
            world.background.drain();

            assertNotNull(world.log().poison());
            assertTrue(world.log().poison().getMessage().contains("Read-only file system"));
            assertEquals(committed, world.log().committed());
            assertEquals(before, world.readable());
            world.files.readOnly(false);
            assertEquals(-1, world.turn(0, "not before a restart has checked the log"));
            LogWorld next = world.killed();
            assertEquals(before, next.readable());
            assertTrue(next.turn(0, "again") >= 0);
        }
    }

    @Test
    void c3_afterAFailedForceNothingIsCommitted() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.SYNC);
        world.turn(0, "safe");
        world.background.drain();
        long committed = world.log().committed();
        world.files.failNextForce();
        world.turn(0, "not safe");
        world.background.drain();

        assertNotNull(world.log().poison());
        assertEquals(committed, world.log().committed());
        assertEquals(-1, world.turn(0, "refused"));
        world.log().force();
        world.background.drain();
        assertEquals(committed, world.log().committed());
        assertEquals("safe", world.read(0, 0));
        assertNull(world.read(0, 1));
    }

    @Test
    void c3_noCheckpointOrMarkTrustsAForceAfterAFailedOne() throws IOException {
        for (int seed = 0; seed < 40; seed++) {
            LogWorld world = LogWorld.open(new FaultyFileStore(new SeededEntropy(seed)), LogWorld.ASYNC);
            world.turn(0, "x".repeat(5_000));
            world.files.failNextForce();
            if (seed % 2 == 0) {
                world.log().force();
                world.beginCheckpoint();
            } else {
                world.beginCheckpoint();
                world.log().force();
            }
            world.background.drain(); // the second force was ordered before the first one's failure was known

            LogWorld next = LogWorld.open(world.files.crash(true), LogWorld.ASYNC);

            assertEquals(List.of(), next.store.damages());
            assertEquals(next.index.partition(0).next(), next.readable().size());
        }
    }

    @Test
    void aFailedWritePoisonsTheLog() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        long committed = world.log().committed();
        world.files.failNextWrite();
        world.turn(0, "torn");
        assertNotNull(world.log().poison());
        assertEquals(committed, world.log().committed());
        LogWorld next = world.killed();
        assertNull(next.log().poison());
        assertEquals(0, next.turn(0, "next") - next.log().tail() + 72);
    }

    @Test
    void c12_onASlowDiskOneForceCommitsAllWaitingRecords() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.SYNC);
        world.background.drain();
        long forces = world.log().forces();
        for (int i = 0; i < 50; i++) {
            world.turn(0, "number " + i);
        }
        assertEquals(0, world.readable().size(), "nothing is visible before it is safe");
        assertTrue(world.log().isForcing());

        world.background.drain();

        assertEquals(50, world.readable().size());
        assertEquals(forces + 2, world.log().forces(), "one for the first message, one for all others");
    }

    @Test
    void appendsWhileTheBackgroundIsStalledStayReadable() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        for (int i = 0; i < 40; i++) {
            world.turn(0, "text " + i + "x".repeat(500)); // the background has not run at all
        }
        world.background.drain();
        assertEquals(40, world.readable().size());
        assertEquals(40, world.killed().readable().size());
    }

    @Test
    void blocksThatCouldNotBeAllocatedAreNotUsed() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        world.files.capacity(world.files.usedBytes());
        while (world.turn(0, "x".repeat(300)) >= 0) {
            assertNull(world.log().poison());
        }
        world.background.drain();
        assertEquals(-1, world.turn(0, "x".repeat(2_000)));
        assertNull(world.log().poison());
    }

    @Test
    void c8_lostOrDamagedIndexFilesAreRebuilt() throws IOException {
        for (int how = 0; how < 4; how++) {
            LogWorld world = LogWorld.empty(LogWorld.ASYNC);
            for (int i = 0; i < 5; i++) {
                world.fill(60, 300);
                world.checkpoint();
            }
            List<String> before = world.readable();
            FaultyFileStore files = world.files.crash(false);
            for (String name : files.list().stream().filter(IndexFile::isName).toList()) {
                spoil(files, name, how, name.hashCode());
            }
            assertEquals(before, LogWorld.open(files, LogWorld.ASYNC).readable(), "way " + how);
        }
    }

    @Test
    void afterAFailedWriteNoSegmentIsDropped() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        world.fill(400, 500);
        world.checkpoint();
        world.fill(10, 500);
        world.checkpoint();
        world.files.failNextWrite();
        world.turn(0, "carried out of the first segment, and never written");
        assertNotNull(world.log().poison());
        assertFalse(world.store.dropFirst());
    }

    @Test
    void aRunningReadKeepsTheBytesOfADroppedSegment() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        long position = world.fill(400, 500)[0];
        world.checkpoint();
        world.fill(10, 500);
        world.checkpoint();
        ByteBuffer bytes = world.log().bytes(position);
        int at = world.log().index(position);
        RecordCheck check = new RecordCheck();

        long first = world.log().beginRead();
        long second = world.log().beginRead();
        assertTrue(world.store.dropFirst());
        world.log().beginRead();
        world.background.drain();
        assertFalse(world.files.list().contains(Segment.name(0)), "its name is gone at once");
        assertTrue(check.isWhole(bytes.duplicate(), at, position), "two reads are in it");
        world.log().endRead(second);
        world.background.drain();
        assertTrue(check.isWhole(bytes.duplicate(), at, position), "one read is still in it");
        world.log().endRead(first);
        world.background.drain();
        assertFalse(check.isWhole(bytes.duplicate(), at, position), "the last began after it was dropped");
    }

    @Test
    void aPartitionOfExpiredMessagesStaysEmptyAfterARestart() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        world.turn(2, "early");
        world.checkpoint();
        for (int i = 0; i < 200; i++) {
            world.turn(0, "x".repeat(500));
        }
        world.checkpoint();
        world.turn(0, "late");
        world.checkpoint();
        assertTrue(world.store.dropFirst());
        world.background.drain();
        assertEquals(1, world.index.partition(2).begin());

        LogWorld next = world.killed();

        assertEquals(1, next.index.partition(2).begin());
        assertEquals(1, next.index.partition(2).next());
        assertEquals(world.index.partition(0).begin(), next.index.partition(0).begin());
    }

    @Test
    void theTimeOfASegmentIsThatOfItsNextRecordWithATime() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        world.timeMs = 0;
        world.fill(150, 400);
        world.timeMs = 5_000;
        world.turn(0, "first with a time");
        assertEquals(2, world.log().segmentBases().length);
        assertEquals(5_000, world.log().lastTime(0));
        assertEquals(-1, world.log().lastTime(1 << 16));
    }

    static List<String> checkpoints(FaultyFileStore files) {
        return files.list().stream().filter(n -> n.endsWith(".checkpoint")).toList();
    }

    static void spoil(FaultyFileStore files, String name, int how, long seed) throws IOException {
        if (how == 0) {
            files.delete(name);
            return;
        }
        try (StoredFile file = files.open(name)) {
            int size = (int) file.size();
            SeededEntropy entropy = new SeededEntropy(seed);
            if (how == 1) {
                file.truncate(entropy.below(size));
            } else if (how == 2) {
                byte[] random = new byte[size];
                for (int i = 0; i < size; i++) {
                    random[i] = (byte) entropy.nextLong();
                }
                file.write(0, ByteBuffer.wrap(random));
            } else {
                files.flipBit(name, entropy.below(size * 8));
            }
        }
    }

    /** Damages the bodies of the index files that were not there before: nothing of them was read and checked yet. */
    private static void damageIndex(LogWorld world, List<String> before) {
        for (String name : world.files.list()) {
            if (IndexFile.isName(name) && !before.contains(name)) {
                world.files.flipBit(name, 8 * 100);
            }
        }
    }

    @Test
    void c7_aDamagedIndexOfSegmentsYoungerThanTheStartIsMadeAgain() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        world.fill(20, 900);
        world.checkpoint();
        world.fill(300, 900);
        List<String> before = world.readable();
        assertEquals(320, before.size());
        List<String> files = world.files.list();
        world.checkpoint();
        damageIndex(world, files);
        assertEquals(before, world.readable());
        world.background.drain();
        assertEquals(before, world.readable());
        assertEquals(before, world.killed().readable());
    }

    @Test
    void c7_anIndexThatRotsAfterItWasReadIsMadeAgain() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        world.fill(320, 900);
        world.checkpoint();
        List<String> before = world.readable();
        String index = world.files.list().stream().filter(IndexFile::isName).findFirst().orElseThrow();
        world.files.flipBit(index, 8 * (IndexFile.HEADER + 8 + 3 * IndexFile.ROW + 5 * Chunk.ENTRY + 7) + 4);
        assertEquals(before.size() - 1, world.readable().size(), "its blocks count as whole, and a position is wrong");
        for (int i = 0; i < IndexUpkeep.CHECK_AGAIN; i++) {
            world.store.resume();
            world.background.drain();
        }
        assertEquals(before, world.readable());
    }

    @Test
    void c7_aDamagedIndexIsNotMadeOfDroppedSegments() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        world.fill(200, 900);
        world.checkpoint();
        world.fill(100, 900);
        world.checkpoint();
        world = world.killed();
        damageIndex(world, List.of());
        assertTrue(world.store.drop(world.log().segmentBases()[0]));
        world.background.drain();
        List<String> after = world.readable();
        assertTrue(after.size() < 300 && after.size() > 200, "" + after.size());
        assertEquals(after, world.killed().readable());
    }
}
