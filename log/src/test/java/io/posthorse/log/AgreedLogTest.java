package io.posthorse.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The logs of a group's nodes: one leads, and all write what is agreed on. */
class AgreedLogTest {
    private static final LogSettings AGREED = LogWorld.ASYNC.agreed();
    private static final long TERM = 7;

    private final LogWorld leader = LogWorld.empty(AGREED);
    private final LogWorld follower = LogWorld.empty(AGREED);
    private final List<Batch> agreed = new ArrayList<>();

    AgreedLogTest() throws IOException {
        leader.log().lead(TERM);
    }

    private static void deliver(LogWorld to, long term, long index, Batch batch) throws IOException {
        to.store.agreed(term, index, Batch.read(batch.bytes()));
    }

    /** Agrees on everything that the leader has decided. */
    private void agree(LogWorld... nodes) throws IOException {
        for (Batch next = leader.log().nextProposal(); next != null; next = leader.log().nextProposal()) {
            agreed.add(next);
            for (LogWorld node : nodes) {
                deliver(node, TERM, agreed.size() - 1, next);
            }
            leader.log().write();
        }
    }

    private void fill(int count, int bytes, LogWorld... nodes) throws IOException {
        for (int i = 0; i < count; i++) {
            assertTrue(leader.turn(i % LogWorld.PARTITIONS, (i + " ").repeat(bytes / 4)) >= 0);
            agree(nodes);
        }
    }

    private static ByteBuffer bytes(LogWorld of, long base) {
        return of.log().bytes(base).duplicate().clear();
    }

    private static void assertSameFiles(LogWorld one, LogWorld other) {
        assertEquals(one.log().committed(), other.log().committed());
        for (long base : other.log().segmentBases()) {
            assertEquals(bytes(one, base), bytes(other, base), "the segment at " + base);
        }
    }

    @Test
    void followersWriteTheSameBytesAtTheSamePositions() throws IOException {
        fill(300, 900, leader, follower);
        assertTrue(leader.log().segmentBases().length > 3);
        assertSameFiles(leader, follower);
        assertEquals(300, follower.readable().size());
        assertEquals(leader.readable(), follower.readable());
        assertEquals(leader.store.agreedPoint(), follower.store.agreedPoint());
    }

    @Test
    void nothingIsReadableOrInAFileBeforeItIsAgreedOn() throws IOException {
        fill(1, 100, leader);
        long committed = leader.log().committed();
        long position = leader.turn(0, "not agreed");
        assertEquals(committed, leader.log().committed());
        assertFalse(leader.log().readable(position));
        assertEquals(0, leader.log().bytes(position).getLong(leader.log().index(position)));
        agree(leader);
        assertTrue(leader.log().readable(position));
        assertEquals(leader.log().tail(), leader.log().committed());
    }

    @Test
    void turnsGatherWhileEnoughBatchesAreUnderWay() throws IOException {
        for (int bytes : new int[] {100, 1_000}) { // within the staging, and in more
            LogWorld world = large();
            world.log().lead(TERM);
            List<Batch> underWay = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                world.turn(0, "x".repeat(bytes));
                Batch next = world.log().nextProposal();
                if (next != null) {
                    underWay.add(next);
                }
            }
            assertEquals(Outbox.SMALL_UNDER_WAY_MAX, underWay.size());
            deliver(world, TERM, 0, underWay.getFirst());
            world.log().write();
            Batch gathered = world.log().nextProposal();
            assertEquals(world.log().tail(), gathered.end());
            assertEquals(underWay.getLast().end(), gathered.position());
        }
    }

    @Test
    void whatHasGatheredToALargeBatchWaitsForFewerOthers() throws IOException {
        LogWorld world = large();
        world.log().lead(TERM);
        List<Batch> underWay = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            world.turn(0, "x".repeat(30_000));
            Batch next = world.log().nextProposal();
            if (next != null) {
                underWay.add(next);
            }
        }
        assertEquals(Outbox.UNDER_WAY_MAX, underWay.size());
        for (Batch large : underWay.subList(Outbox.SMALL_UNDER_WAY_MAX, Outbox.UNDER_WAY_MAX)) {
            assertTrue(large.length() >= Outbox.LARGE_BYTES_MIN && large.length() < 2 * Outbox.LARGE_BYTES_MIN,
                    large.length() + " bytes");
        }
    }

    @Test
    void answersWaitForTheWholeTurn() throws IOException {
        LogWorld world = large();
        world.log().lead(TERM);
        long before = world.log().committed();
        for (int i = 0; i < 20; i++) { // more than the staging holds
            world.append(0, "y".repeat(60_000), false);
        }
        deliver(world, TERM, 0, world.log().nextProposal());
        assertTrue(world.store.agreedPoint().position() > before);
        assertEquals(before, world.log().committed());
        world.log().write();
        int index = 1;
        for (Batch next = world.log().nextProposal(); next != null; next = world.log().nextProposal()) {
            deliver(world, TERM, index++, next);
            world.log().write();
        }
        assertEquals(world.log().tail(), world.log().committed());
    }

    @Test
    void noMessagesAreTakenOnceTooMuchIsNotAgreedOn() {
        String text = "x".repeat(40_000);
        int taken = 0;
        while (leader.turn(0, text) >= 0 && taken < 10_000) {
            taken++;
        }
        assertTrue(taken > Outbox.BYTES_MAX / 41_000 && taken < Outbox.BYTES_MAX / 40_000 + 100, taken + " taken");
        assertTrue(leader.log().admits(100, 1, true), "what ends waiting goes on");
    }

    @Test
    void batchesOfAnotherTermThanTheirEntryHaveNoEffect() throws IOException {
        leader.turn(0, "of a leader deposed meanwhile");
        Batch late = leader.log().nextProposal();
        deliver(follower, TERM + 1, 0, late);
        assertEquals(0, follower.readable().size());
        assertEquals(new AgreedPoint(follower.log().tail(), TERM + 1, 0, 0), follower.store.agreedPoint());
    }

    @Test
    void batchesThatANodeHasAreNotTakenTwice() throws IOException {
        fill(20, 100, leader, follower);
        List<String> before = follower.readable();
        for (int i = 0; i < agreed.size(); i++) {
            deliver(follower, TERM, i, agreed.get(i));
        }
        assertEquals(before, follower.readable());
        assertSameFiles(leader, follower);
        assertThrows(DivergedException.class, () -> deliver(follower, TERM, 100, agreed.get(3)), "agreed on once more");
        assertThrows(DivergedException.class, () -> deliver(follower, TERM + 1, 2, agreed.get(3)), "a new sequence");
        assertThrows(DivergedException.class, () -> follower.store.passed(TERM + 1, 2), "a new sequence");
    }

    @Test
    void aLeaderCommitsNothingOnceAnotherOneLeads() throws IOException {
        fill(5, 100, leader, follower);
        leader.turn(0, "never agreed on");
        long committed = leader.log().committed();
        leader.store.checkpoint();
        LogWorld next = LogWorld.empty(AGREED);
        for (int i = 0; i < agreed.size(); i++) {
            deliver(next, TERM, i, agreed.get(i));
        }
        next.log().lead(TERM + 1);
        next.turn(1, "by the next leader");
        deliver(leader, TERM + 1, agreed.size(), next.log().nextProposal());
        assertEquals(committed, leader.log().committed());
        assertNull(leader.log().nextProposal());
        assertFalse(leader.log().admits(10, 1, false));
        leader.background.drain();
        assertFalse(leader.files.list().stream().anyMatch(CheckpointPart::isName), "its state was never agreed on");
    }

    @Test
    void aNodeThatHasOtherRecordsHasDiverged() throws IOException {
        LogWorld other = LogWorld.empty(AGREED);
        fill(10, 100, leader);
        LogWorld second = LogWorld.empty(AGREED);
        second.log().lead(TERM);
        second.turn(0, "0 ".repeat(25) + "!");
        Batch instead = second.log().nextProposal();
        deliver(other, TERM, 0, instead);
        Batch next = agreed.stream().filter(batch -> batch.position() == instead.end()).findFirst().orElse(agreed.get(1));
        DivergedException refused = assertThrows(DivergedException.class, () -> deliver(other, TERM, 1, next));
        assertTrue(refused.getMessage().contains("at position " + next.position()), refused.getMessage());
        assertEquals(1, other.readable().size());
        assertThrows(DivergedException.class, () -> deliver(follower, TERM, 5, agreed.get(5)), "a gap");
    }

    private static LogWorld large() throws IOException {
        return LogWorld.empty(new LogSettings(8 << 20, 1 << 20, 1 << 10, Commitment.AGREED));
    }

    /** Three records of 600 KB do not fit the staging together, so their group goes in pieces. */
    @Test
    void halfAnAtomicGroupNeverReachesAFile() throws IOException {
        LogWorld first = large();
        LogWorld second = large();
        first.log().lead(TERM);
        for (int i = 0; i < 3; i++) {
            first.append(i, i + "y".repeat(600_000), i < 2);
        }
        first.log().write();
        List<Batch> pieces = new ArrayList<>();
        for (Batch next = first.log().nextProposal(); next != null; next = first.log().nextProposal()) {
            deliver(first, TERM, pieces.size(), next);
            pieces.add(next);
            first.log().write();
        }
        assertTrue(pieces.size() > 1 && pieces.getFirst().isPiece() && !pieces.getLast().isPiece());
        long before = second.log().committed();
        for (int i = 0; i < pieces.size() - 1; i++) {
            deliver(second, TERM, i, pieces.get(i));
        }
        assertEquals(before, second.log().committed());
        LogWorld third = large();
        third.log().lead(TERM + 1);
        third.turn(0, "of the next leader");
        deliver(second, TERM + 1, 10, third.log().nextProposal());
        assertEquals(List.of("0:0:of the next "), second.readable());
        LogWorld whole = large();
        for (int i = 0; i < pieces.size(); i++) {
            deliver(whole, TERM, i, pieces.get(i));
        }
        assertEquals(3, whole.readable().size());
    }

    /** A restart from there would lack the first pieces. */
    @Test
    void anIncompleteGroupDoesNotCountAsTaken() throws IOException {
        LogWorld first = large();
        LogWorld second = large();
        first.log().lead(TERM);
        first.append(0, "y".repeat(600_000), true);
        first.append(0, "y".repeat(600_000), false);
        first.log().write();
        AgreedPoint before = second.store.agreedPoint();
        deliver(second, TERM, 0, first.log().nextProposal());
        second.store.passed(TERM, 1);
        assertEquals(before, second.store.agreedPoint());
    }

    @Test
    void filesOfDroppedRecordsStayWhileACheckpointNeedsThem() throws IOException {
        fill(300, 900, leader, follower);
        long[] bases = follower.log().segmentBases();
        follower.index.drop(0, bases[1]);
        follower.store.dropped(new LogRange(0, bases[1]), bases[1]);
        for (int checkpoints = 0; checkpoints < 2; checkpoints++) {
            follower.store.resume();
            follower.background.drain();
            assertEquals(0, follower.log().begin(), checkpoints + " checkpoints");
            follower.checkpoint();
            fill(1, 100, leader, follower);
        }
        follower.store.resume();
        follower.background.drain();
        assertEquals(bases[1], follower.log().begin());
        assertFalse(follower.files.list().contains(Segment.name(0)));
    }

    @Test
    void droppedRecordsAreStillDroppedAfterARestart() throws IOException {
        fill(300, 900, leader, follower);
        long[] bases = follower.log().segmentBases();
        follower.index.drop(0, bases[1]);
        follower.store.dropped(new LogRange(0, bases[1]), bases[1]);
        follower.checkpoint();
        List<String> readable = follower.readable();
        LogWorld again = LogWorld.open(follower.files.crash(false), AGREED);
        assertEquals(0, again.log().begin());
        assertEquals(readable, again.readable());
        assertTrue(again.store.isDropped(100) && !again.store.isDropped(bases[1]));
    }

    @Test
    void recordsLargerThanABatchGoInPieces() throws IOException {
        LogSettings settings = new LogSettings(16 << 20, 1 << 20, 1 << 10, Commitment.AGREED);
        LogWorld first = LogWorld.empty(settings);
        LogWorld second = LogWorld.empty(settings);
        first.log().lead(TERM);
        first.turn(1, "z".repeat(9_000_001));
        int index = 0;
        for (Batch next = first.log().nextProposal(); next != null; next = first.log().nextProposal()) {
            assertTrue(next.length() <= 1 << 20);
            deliver(first, TERM, index, next);
            deliver(second, TERM, index++, next);
        }
        assertEquals(9, index);
        assertEquals(first.readable(), second.readable());
        assertEquals(9_000_001, second.read(1, 0).length());
    }

    @Test
    void aRestartedNodeEndsAtItsCheckpointAndGetsTheRestAgain() throws IOException {
        fill(100, 500, leader, follower);
        follower.checkpoint();
        AgreedPoint point = follower.store.checkpointPoint();
        assertEquals(follower.store.agreedPoint(), point);
        fill(100, 500, leader, follower);
        for (boolean machine : new boolean[] {false, true}) {
            LogWorld again = LogWorld.open(follower.files.crash(machine), AGREED);
            assertEquals(point, again.store.agreedPoint());
            assertEquals(100, again.readable().size());
            assertEquals(point.position(), again.log().committed());
            for (int i = (int) point.index() + 1; i < agreed.size(); i++) {
                deliver(again, TERM, i, agreed.get(i));
            }
            assertSameFiles(leader, again);
            assertEquals(leader.readable(), again.readable());
        }
    }

    @Test
    void aCheckpointIsNotPublishedBeforeItsRecordsAreAgreedOn() throws IOException {
        fill(10, 100, leader);
        leader.turn(0, "open");
        leader.beginCheckpoint();
        leader.background.drain();
        leader.store.resume();
        leader.background.drain();
        assertFalse(leader.files.list().stream().anyMatch(CheckpointPart::isName));
        leader.turn(0, "behind it");
        agree(leader);
        leader.store.advance();
        leader.background.drain();
        assertTrue(leader.files.list().stream().anyMatch(CheckpointPart::isName));
        LogWorld again = LogWorld.open(leader.files.crash(false), AGREED);
        assertEquals(11, again.readable().size());
        assertNotEquals(agreed.size() - 1, again.store.agreedPoint().index());
    }

    @Test
    void theOlderOfTwoCheckpointsSaysWhatIsDispensable() throws IOException {
        assertEquals(AgreedPoint.NONE.index(), follower.store.dispensablePoint().index());
        fill(10, 100, leader, follower);
        follower.checkpoint();
        AgreedPoint first = follower.store.checkpointPoint();
        assertEquals(-1, follower.store.dispensablePoint().index());
        fill(10, 100, leader, follower);
        follower.checkpoint();
        assertEquals(first, follower.store.dispensablePoint());
        LogWorld again = LogWorld.open(follower.files.crash(false), AGREED);
        assertEquals(-1, again.store.dispensablePoint().index(), "nothing, until there is another checkpoint");
    }

    @Test
    void directoriesOfNodesAndOfBrokersOfTheirOwnAreNotMixedUp() throws IOException {
        fill(10, 100, leader, follower);
        follower.checkpoint();
        LogCorruptException node = assertThrows(
                LogCorruptException.class, () -> LogWorld.open(follower.files.crash(false), LogWorld.ASYNC));
        assertTrue(node.getMessage().contains("belongs to a node of a cluster"), node.getMessage());
        LogWorld own = LogWorld.empty(LogWorld.ASYNC);
        own.fill(10, 100);
        own.checkpoint();
        LogCorruptException alone = assertThrows(
                LogCorruptException.class, () -> LogWorld.open(own.files.crash(false), AGREED));
        assertTrue(alone.getMessage().contains("was written by a broker of its own"), alone.getMessage());
    }

    @Test
    void bytesThatAreNoBatchAreRefused() throws IOException {
        leader.turn(0, "text");
        ByteBuffer bytes = leader.log().nextProposal().bytes();
        ByteBuffer copy = ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
        assertEquals(bytes, Batch.read(copy.duplicate()).bytes());
        for (int i = 0; i < Batch.HEADER; i++) {
            copy.put(i, (byte) (copy.get(i) ^ 1));
            assertThrows(MalformedBatchException.class, () -> Batch.read(copy.duplicate()), "byte " + i);
            copy.put(i, (byte) (copy.get(i) ^ 1));
        }
        assertThrows(MalformedBatchException.class, () -> Batch.read(copy.duplicate().limit(copy.limit() - 8)));
        assertThrows(MalformedBatchException.class, () -> Batch.read(ByteBuffer.allocate(3)));
        copy.put(Batch.HEADER + 40, (byte) (copy.get(Batch.HEADER + 40) ^ 1));
        Batch rotten = Batch.read(copy);
        assertThrows(DivergedException.class, () -> follower.store.agreed(TERM, 0, rotten));
        assertEquals(0, follower.readable().size());
        assertNull(follower.log().poison());
    }
}
