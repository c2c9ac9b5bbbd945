package io.posthorse.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.testkit.FaultyFileStore;
import io.posthorse.testkit.SeededEntropy;
import io.posthorse.testkit.StoppedError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A node's copy that another node fetches. */
class ExportTest {
    private static final LogSettings AGREED = LogWorld.ASYNC.agreed();
    private static final long TERM = 3;
    private static final int PIECE = 10_000;

    private final LogWorld leader = LogWorld.empty(AGREED);
    private long index;

    ExportTest() throws IOException {
        leader.log().lead(TERM);
    }

    private void fill(int count, LogWorld... followers) throws IOException {
        for (int i = 0; i < count; i++) {
            leader.turn(i % LogWorld.PARTITIONS, (index + " ").repeat(300));
            for (Batch next = leader.log().nextProposal(); next != null; next = leader.log().nextProposal()) {
                for (LogWorld follower : followers) {
                    follower.store.agreed(TERM, index, next);
                }
                leader.store.agreed(TERM, index++, next);
            }
        }
    }

    /** Fetches pieces until a number of them has come; returns whether everything is there. */
    private static boolean fetch(Export from, Import to, int pieces) throws IOException {
        int left = pieces;
        for (ExportedFile file : to.wanted()) {
            while (to.has(file) < file.bytes()) {
                if (left-- == 0) {
                    return false;
                }
                ByteBuffer piece = ByteBuffer.allocate(PIECE);
                from.read(file.name(), to.has(file), piece);
                to.write(file, to.has(file), piece.flip());
            }
        }
        return true;
    }

    @Test
    void aDamagedCheckpointOfAnotherNodeChangesNothing() throws IOException {
        fill(100);
        leader.checkpoint();
        Export export = leader.store.export();
        LogWorld old = LogWorld.empty(AGREED);
        old.checkpoint();
        FaultyFileStore files = old.files.crash(false);
        List<String> before = files.list();
        String part = export.files().stream()
                .map(ExportedFile::name).filter(CheckpointPart::isName).findFirst().orElseThrow();
        leader.files.flipBit(part, 8 * 80);
        Import fetching = Import.begin(files, export.files(), 0);
        assertTrue(fetch(export, fetching, Integer.MAX_VALUE));
        IOException refusal = assertThrows(IOException.class, fetching::complete);
        assertTrue(refusal.getMessage().contains(part), refusal.getMessage());
        assertFalse(Import.isUnderWay(files));
        Import.finish(files);
        assertTrue(files.list().containsAll(before), "its own files are as before");
        leader.files.flipBit(part, 8 * 80);
        Import again = Import.begin(files, export.files(), 0);
        assertTrue(fetch(export, again, Integer.MAX_VALUE));
        again.complete();
        assertEquals(leader.readable(), LogWorld.open(files, AGREED).readable());
    }

    @Test
    void aSegmentThatThisNodeAloneLacksIsNotTakenForADroppedOne() throws IOException {
        fill(300);
        leader.checkpoint();
        FaultyFileStore files = leader.files.crash(false);
        String first = files.list().stream().filter(name -> Segment.baseOf(name) == 0).findFirst().orElseThrow();
        files.delete(first);
        LogCorruptException refusal = assertThrows(LogCorruptException.class, () -> LogWorld.open(files, AGREED));
        assertTrue(refusal.getMessage().contains("has not dropped it"), refusal.getMessage());
    }

    @Test
    void anEmptyNodeGetsWhatTheOtherHad() throws IOException {
        fill(300);
        assertNull(leader.store.export());
        leader.checkpoint();
        AgreedPoint point = leader.store.checkpointPoint();
        List<String> readable = leader.readable();
        Export export = leader.store.export();
        fill(100);
        FaultyFileStore files = new FaultyFileStore(new SeededEntropy(5));
        assertTrue(fetch(export, Import.begin(files, export.files(), 0), Integer.MAX_VALUE));
        assertFalse(Import.hasCopy(files), "it has not begun to take the place of anything");
        Import.begin(files, export.files(), 0);
        Import again = Import.begin(files, export.files(), 0);
        assertTrue(fetch(export, again, Integer.MAX_VALUE));
        again.complete();
        assertTrue(Import.hasCopy(files));
        LogWorld fetched = LogWorld.open(files, AGREED);
        assertEquals(point, fetched.store.agreedPoint());
        assertEquals(readable, fetched.readable());
        assertFalse(files.list().stream().anyMatch(name -> name.startsWith("incoming")));
    }

    @Test
    void aNodeThatWasAwayFetchesOnlyWhatItLacks() throws IOException {
        LogWorld follower = LogWorld.empty(AGREED);
        fill(300, follower);
        follower.checkpoint();
        long kept = follower.store.agreedPoint().position();
        fill(300);
        leader.checkpoint();
        Export export = leader.store.export();
        FaultyFileStore files = follower.files.crash(false);
        Import fetching = Import.begin(files, export.files(), kept);
        assertTrue(fetching.wanted().size() < export.files().size() - 1, fetching.wanted() + " of " + export.files());
        assertTrue(fetch(export, fetching, Integer.MAX_VALUE));
        fetching.complete();
        LogWorld again = LogWorld.open(files, AGREED);
        assertEquals(leader.readable(), again.readable());
        fill(50, again);
        assertEquals(leader.readable(), again.readable());
    }

    @Test
    void aProcessThatEndsAtAnyStepGoesOnAfterwards() throws IOException {
        fill(100);
        leader.checkpoint();
        Export export = leader.store.export();
        List<String> readable = leader.readable();
        for (int steps = 0; steps < 200; steps++) {
            LogWorld old = LogWorld.empty(AGREED);
            old.checkpoint();
            FaultyFileStore files = old.files.crash(false);
            files.stopAfter(steps);
            boolean done = false;
            try {
                Import fetching = Import.begin(files, export.files(), 0);
                fetch(export, fetching, Integer.MAX_VALUE);
                fetching.complete();
                done = true;
            } catch (StoppedError e) {
                files = files.crash(steps % 2 == 0);
            }
            files.stopAfter(Integer.MAX_VALUE);
            Import.finish(files);
            if (!files.list().contains(export.files().getFirst().name())) {
                assertEquals(List.of(), LogWorld.open(files, AGREED).readable(), "as before the fetch");
                files = files.crash(false);
                Import second = Import.begin(files, export.files(), 0);
                assertTrue(fetch(export, second, Integer.MAX_VALUE));
                second.complete();
            }
            assertEquals(readable, LogWorld.open(files, AGREED).readable(), "stopped after " + steps);
            if (done) {
                assertTrue(steps > 20, "few steps: " + steps);
                return;
            }
        }
        throw new AssertionError("200 steps are not enough");
    }

    @Test
    void nothingThatIsExportedIsDeleted() throws IOException {
        fill(300);
        leader.checkpoint();
        Export export = leader.store.export();
        long[] bases = leader.log().segmentBases();
        leader.index.drop(0, bases[1]);
        leader.store.dropped(new LogRange(0, bases[1]), bases[1]);
        for (int i = 0; i < 6; i++) {
            fill(20);
            leader.checkpoint();
            leader.store.resume();
            leader.background.drain();
        }
        for (ExportedFile file : export.files()) {
            assertEquals(file.bytes() < 100 ? file.bytes() : 100, export.read(file.name(), 0, ByteBuffer.allocate(100)));
        }
        export.close();
        leader.store.resume();
        leader.background.drain();
        assertEquals(bases[1], leader.log().begin());
        assertFalse(leader.files.list().containsAll(export.files().stream().map(ExportedFile::name).toList()));
    }

    @Test
    void whatIsNoFileOfACopyIsRefused() throws IOException {
        FaultyFileStore files = new FaultyFileStore(new SeededEntropy(5));
        for (ExportedFile bad : List.of(new ExportedFile("users", 10), new ExportedFile("../00000000000000000000.log", 10),
                new ExportedFile(Segment.name(0), 0), new ExportedFile(Segment.name(0), 1L << 40))) {
            assertThrows(IOException.class, () -> Import.begin(files, List.of(bad), 0), bad.name());
        }
        files.capacity(1_000);
        IOException full = assertThrows(
                IOException.class, () -> Import.begin(files, List.of(new ExportedFile(Segment.name(0), 1 << 24)), 0));
        assertTrue(full.getMessage().contains("Make room"), full.getMessage());
        fill(50);
        leader.checkpoint();
        Export export = leader.store.export();
        assertThrows(IOException.class, () -> export.read("durable", 0, ByteBuffer.allocate(10)));
        assertThrows(IOException.class, () -> export.read(Segment.name(0), 1L << 40, ByteBuffer.allocate(10)));
    }
}
