package io.posthorse.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.platform.StoredFile;
import io.posthorse.testkit.FaultyFileStore;
import io.posthorse.testkit.SeededEntropy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What opening makes of a log that was torn, cut or damaged; the numbers c1 to c12 are those of the fault table. */
class RecoveryTest {
    private static final LogSettings LARGE = new LogSettings(8 << 20, 1 << 20, 1 << 10, false);

    @Test
    void c5_garbageBehindTheTailIsCutAndCounted() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        world.fill(10, 50);
        List<String> before = world.readable();
        FaultyFileStore files = world.files.crash(false);
        files.damage(Segment.name(0), world.log().tail(), new byte[] {0, 0, 0, 90, 1, 2, 3, 4, 5, 6, 7, 8});

        LogWorld next = LogWorld.open(files, LogWorld.ASYNC);

        assertEquals(before, next.readable());
        assertEquals(16, next.store.cutBytes());
        assertEquals(List.of(), next.store.damages());
        assertFalse(next.store.tailLost());
    }

    @Test
    void c5_recordsBehindATornTailDoNotReturnInALaterRun() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        long[] positions = world.fill(20, 600);
        FaultyFileStore files = world.files.crash(false);
        files.damage(Segment.name(0), positions[10], new byte[600]);

        LogWorld next = LogWorld.open(files, LogWorld.ASYNC);
        assertEquals(10, next.readable().size(), "the hole lies above all that was ever forced");
        next.fill(1, 600);
        LogWorld third = next.killed();

        assertEquals(11, third.readable().size());
    }

    @Test
    void c5_anAtomicGroupAtTheTailIsWholeOrAbsent() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        world.fill(3, 50);
        List<String> before = world.readable();
        world.append(0, "first of three", true);
        world.append(1, "second of three", true);
        long third = world.append(2, "third of three", false);
        world.log().write();
        List<String> whole = world.readable();

        assertEquals(whole, world.killed().readable());
        FaultyFileStore files = world.files.crash(false);
        files.damage(Segment.name(0), third, new byte[90]);
        LogWorld torn = LogWorld.open(files, LogWorld.ASYNC);
        assertEquals(before, torn.readable());
        assertTrue(torn.store.cutBytes() > 0);
    }

    @Test
    void c6_oneFlippedBitCostsExactlyThatRecord() throws IOException {
        for (int victim = 0; victim < 12; victim++) {
            LogWorld world = LogWorld.empty(LogWorld.ASYNC);
            long[] positions = world.fill(12, 100);
            List<String> expected = new ArrayList<>(world.readable());
            world.force();
            FaultyFileStore files = world.files.crash(false);
            files.flipBit(Segment.name(0), (positions[victim] + 70) * 8 + 3);

            LogWorld next = LogWorld.open(files, LogWorld.ASYNC);

            expected.remove(gone(victim));
            assertEquals(expected, next.readable());
            assertEquals(1, next.store.damages().size());
            assertEquals(positions[victim], next.store.damages().get(0).from());
            assertEquals(victim == 11, next.store.tailLost(), "with whole records behind it, it is known what is gone");
            assertEquals(0, next.store.lostOffsets());
            assertTrue(files.list().contains("quarantine-%020d".formatted(positions[victim])));
        }
    }

    /** A setting that was changed since says nothing of the segments that are there. */
    @Test
    void aSegmentWithADamagedHeaderEndsWhereTheNextOneBegins() throws IOException {
        for (int now : new int[] {3 << 15, 1 << 15}) {
            LogWorld world = LogWorld.empty(LogWorld.ASYNC);
            world.fill(400, 300);
            List<String> whole = world.readable();
            world.force();
            assertTrue(world.log().segmentBases().length > 2);
            FaultyFileStore files = world.files.crash(false);
            files.flipBit(Segment.name(0), 13 * 8);
            files.flipBit(Segment.name(1 << 16), 13 * 8);

            LogWorld next = LogWorld.open(files, new LogSettings(now, 1 << 14, 1 << 10, false));

            assertEquals(whole, next.readable());
            assertEquals(1 << 16, next.log().segmentBytes(0));
        }
    }

    @Test
    void c6_aZeroedPageCostsExactlyTheRecordsOnIt() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        long[] positions = world.fill(100, 300);
        world.force();
        FaultyFileStore files = world.files.crash(false);
        files.damage(Segment.name(0), 8192, new byte[4096]);

        LogWorld next = LogWorld.open(files, LogWorld.ASYNC);

        long spared = 0;
        for (long position : positions) {
            spared += position + 64 + 300 <= 8192 || position >= 8192 + 4096 ? 1 : 0;
        }
        assertEquals(spared, next.readable().size());
        assertEquals(1, next.store.damages().size());
    }

    @Test
    void c6_aHoleOfAMegabyteInTheLastSegmentIsSkipped() throws IOException {
        LogWorld world = LogWorld.empty(LARGE);
        long[] positions = world.fill(400, 10_000);
        world.force();
        FaultyFileStore files = world.files.crash(false);
        int hole = 1 << 20;
        files.damage(Segment.name(0), hole, new byte[hole]);

        LogWorld next = LogWorld.open(files, LARGE);

        long spared = 0;
        for (long position : positions) {
            spared += position + 64 + 10_000 <= hole || position >= 2L * hole ? 1 : 0;
        }
        assertEquals(spared, next.readable().size());
    }

    @Test
    void c6_severalDamagesInSeveralSegmentsAreEachSkipped() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        long[] positions = world.fill(300, 500);
        world.force();
        List<String> expected = new ArrayList<>(world.readable());
        FaultyFileStore files = world.files.crash(false);
        for (int victim : new int[] {5, 50, 170, 171, 298}) {
            long base = positions[victim] / (1 << 16) * (1 << 16);
            files.flipBit(Segment.name(base), (positions[victim] - base + 40) * 8);
            expected.remove(expected.stream().filter(t -> t.startsWith(gone(victim).substring(0, 4))
                    && t.contains("text " + victim + " ")).findFirst().orElseThrow());
        }

        LogWorld next = LogWorld.open(files, LogWorld.ASYNC);

        assertEquals(expected, next.readable());
        assertEquals(4, next.store.damages().size(), "two neighbours are one range");
    }

    @Test
    void c6_aRecordDamagedBelowTheCheckpointIsNotReadable() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        long[] positions = world.fill(9, 100);
        world.checkpoint();
        List<String> expected = new ArrayList<>(world.readable());
        FaultyFileStore files = world.files.crash(false);
        files.flipBit(Segment.name(0), (positions[4] + 80) * 8);

        LogWorld next = LogWorld.open(files, LogWorld.ASYNC);

        expected.remove(gone(4));
        assertEquals(expected, next.readable());
        assertEquals(List.of(), next.replayed);
    }

    @Test
    void c6_offsetsInADamagedEndAreNotUsedAgain() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        long[] positions = world.fill(9, 100);
        world.force();
        FaultyFileStore files = world.files.crash(false);
        files.flipBit(Segment.name(0), positions[8] * 8 + 3);

        LogWorld next = LogWorld.open(files, LogWorld.ASYNC);

        assertTrue(next.store.tailLost(), "the layer above has to leave offsets out");
        assertEquals(8, next.readable().size());
    }

    @Test
    void c6_forAnUnreadableRangeAsManyOffsetsAreSkippedAsItHadRoomFor() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        long[] positions = world.fill(12, 100);
        world.force();
        FaultyFileStore files = world.files.crash(false);
        files.damage(Segment.name(0), positions[4], new byte[48]);

        LogWorld next = LogWorld.open(files, LogWorld.ASYNC);

        assertFalse(next.store.tailLost());
        assertEquals((positions[5] - positions[4]) / 64 + 1, next.store.lostOffsets());
    }

    @Test
    void aVolumeThatLostItsLastWritesCountsAsACrashOfTheMachine() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        world.fill(12, 100);
        assertFalse(LogWorld.open(world.files.crash(false), LogWorld.ASYNC).store.tailLost());

        world = LogWorld.empty(LogWorld.ASYNC);
        world.fill(12, 100);
        assertTrue(LogWorld.open(world.files.detach(), LogWorld.ASYNC).store.tailLost());
    }

    @Test
    void aRunThatEndedPoisonedCountsAsACrashOfTheMachine() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        world.fill(12, 100);
        world.files.failNextForce();
        world.force();
        assertTrue(LogWorld.open(world.files.crash(false), LogWorld.ASYNC).store.tailLost());
    }

    @Test
    void c7_aMissingSegmentCostsItsRecordsOnly() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        long[] positions = world.fill(400, 500);
        world.force();
        FaultyFileStore files = world.files.crash(false);
        files.delete(Segment.name(1 << 16));

        LogWorld next = LogWorld.open(files, LogWorld.ASYNC);

        long spared = 0;
        for (long position : positions) {
            spared += position < 1 << 16 || position >= 2 << 16 ? 1 : 0;
        }
        assertEquals(spared, next.readable().size());
        assertEquals(1, next.store.damages().size());
    }

    @Test
    void c7_aTruncatedSegmentCostsOnlyTheRecordsCut() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        long[] positions = world.fill(400, 500);
        world.force();
        FaultyFileStore files = world.files.crash(false);
        try (StoredFile file = files.open(Segment.name(0))) {
            file.truncate(positions[50]);
        }

        LogWorld next = LogWorld.open(files, LogWorld.ASYNC);

        long cut = 0;
        for (long position : positions) {
            cut += position >= positions[50] && position < 1 << 16 ? 1 : 0;
        }
        assertEquals(400 - cut, next.readable().size());
        assertEquals(1, next.store.damages().size());
    }

    @Test
    void c7_aMissingLastSegmentIsDamageAndItsOffsetsAreNotUsedAgain() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        world.fill(200, 500);
        world.force();
        FaultyFileStore files = world.files.crash(false);
        files.delete(Segment.name(1 << 16));

        LogWorld next = LogWorld.open(files, LogWorld.ASYNC);

        assertEquals(1, next.store.damages().size());
        assertTrue(next.store.tailLost());
    }

    @Test
    void c11_aLogOfANewerFormatIsRefusedAndLeftUnchanged() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        world.fill(3, 50);
        world.close();
        FaultyFileStore files = world.files.crash(false);
        ByteBuffer header = ByteBuffer.allocate(Segment.HEADER);
        try (StoredFile file = files.open(Segment.name(0))) {
            file.read(0, header);
            header.putInt(8, 2).putInt(32, crc(header, 32));
            file.write(0, header.clear());
        }
        List<String> names = files.list();
        byte[] bytes = GoldenFiles.bytes(files, Segment.name(0));

        assertThrows(NewerFormatException.class, () -> LogWorld.open(files, LogWorld.ASYNC));

        assertEquals(names, files.list());
        assertEquals(ByteBuffer.wrap(bytes), ByteBuffer.wrap(GoldenFiles.bytes(files, Segment.name(0))));
    }

    @Test
    void anEmptyLogIsNotDamaged() throws IOException {
        LogWorld next = LogWorld.empty(LogWorld.ASYNC).killed();
        assertEquals(List.of(), next.store.damages());
        assertFalse(next.store.tailLost());
    }

    @Test
    void aCleanEndIsReopenedUnchanged() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        world.fill(200, 500);
        List<String> before = world.readable();
        world.close();

        LogWorld next = world.killed();

        assertEquals(before, next.readable());
        assertEquals(List.of(), next.replayed);
        assertEquals(0, next.store.cutBytes());
        assertFalse(next.store.tailLost());
    }

    @Test
    void aCleanEndFreesBlocksBehindTheRecordsAndTheNextRunWritesThere() throws IOException {
        for (int seed = 0; seed < 20; seed++) {
            LogWorld world = LogWorld.open(new FaultyFileStore(new SeededEntropy(seed)), LogWorld.ASYNC);
            world.fill(10 + seed, 500);
            long tail = world.log().tail();
            List<String> before = new ArrayList<>(world.readable());
            world.close();

            FaultyFileStore files = world.files.crash(true);
            assertEquals(tail, files.open(Segment.name(0)).size(), "seed " + seed);
            LogWorld next = LogWorld.open(files, LogWorld.ASYNC);
            assertEquals(before, next.readable());
            next.fill(50, 500);
            List<String> all = next.readable();

            assertTrue(all.size() == before.size() + 50 && all.containsAll(before));
            assertEquals(all, next.killed().readable());
        }
    }

    @Test
    void recordsAcknowledgedInSyncModeSurviveACrashOfTheMachine() throws IOException {
        for (int seed = 0; seed < 50; seed++) {
            LogWorld world = LogWorld.open(new FaultyFileStore(new SeededEntropy(seed)), LogWorld.SYNC);
            world.fill(150, 500);
            List<String> before = world.readable();
            for (int i = 0; i < 5; i++) {
                world.turn(i % 3, "not acknowledged");
            }

            LogWorld next = LogWorld.open(world.files.crash(true), LogWorld.SYNC);

            assertTrue(next.readable().containsAll(before));
            assertFalse(next.store.tailLost());
        }
    }

    @Test
    void recordsFoundByARestartSurviveACrashOfTheMachine() throws IOException {
        LogWorld world = LogWorld.open(new FaultyFileStore(new SeededEntropy(3)), LogWorld.SYNC);
        world.turn(0, "written, not forced");
        LogWorld next = LogWorld.open(world.files.crash(false), LogWorld.SYNC);
        assertEquals(1, next.readable().size());
        assertEquals(next.log().tail(), next.log().durable());

        for (int i = 0; i < 20; i++) {
            next = LogWorld.open(next.files.crash(true), LogWorld.SYNC);
            assertEquals(1, next.readable().size());
        }
    }

    @Test
    void aRestartDoesNotTrustAForceThatFailed() throws IOException {
        for (int seed = 0; seed < 20; seed++) {
            LogWorld world = LogWorld.open(new FaultyFileStore(new SeededEntropy(seed)), LogWorld.ASYNC);
            world.turn(0, "x".repeat(3_000));
            world.files.failNextForce();
            world.force();
            LogWorld next = LogWorld.open(world.files.crash(false), LogWorld.SYNC);
            assertEquals(1, next.readable().size());

            LogWorld third = LogWorld.open(next.files.crash(true), LogWorld.SYNC);

            assertEquals(1, third.readable().size());
        }
    }

    @Test
    void lostUnforcedBytesLeaveAPrefixOfTheLog() throws IOException {
        for (int seed = 0; seed < 200; seed++) {
            LogWorld world = LogWorld.open(new FaultyFileStore(new SeededEntropy(seed)), LogWorld.ASYNC);
            for (int i = 0; i < 60; i++) {
                world.turn(0, "number " + i + " " + "x".repeat(700));
                if (i == 20) {
                    world.force();
                }
            }

            LogWorld next = LogWorld.open(world.files.crash(true), LogWorld.ASYNC);

            assertTrue(next.store.tailLost());
            assertEquals(List.of(), next.store.damages());
            assertTrue(next.replayed.size() >= 21);
            for (int i = 0; i < next.replayed.size(); i++) {
                assertTrue(next.replayed.get(i).startsWith("0:" + i + ":number " + i + " "));
            }
        }
    }

    @Test
    void aLostDurableMarkCountsAsALostTail() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        world.fill(3, 50);
        FaultyFileStore files = world.files.crash(false);
        files.delete("durable");

        assertTrue(LogWorld.open(files, LogWorld.ASYNC).store.tailLost());
    }

    @Test
    void aDamagedRecordIsNotReadable() throws IOException {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        long[] positions = world.fill(3, 50);
        world.close();
        FaultyFileStore files = world.files.crash(false);
        files.flipBit(Segment.name(0), (positions[1] + RecordFormat.NATIVE) * 8);

        LogWorld next = LogWorld.open(files, LogWorld.ASYNC);

        assertNull(next.read(1, 0));
        assertFalse(next.log().readable(positions[1]));
        assertTrue(next.log().readable(positions[2]));
    }

    /** How {@link LogWorld#readable} shows the n-th message of {@link LogWorld#fill}. */
    private static String gone(int n) {
        String text = ("text " + n + " ").repeat(3).substring(0, 12);
        return n % LogWorld.PARTITIONS + ":" + n / LogWorld.PARTITIONS + ":" + text;
    }

    private static int crc(ByteBuffer bytes, int length) {
        java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
        crc.update(bytes.array(), 0, length);
        return (int) crc.getValue();
    }
}
