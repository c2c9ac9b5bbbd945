package io.posthorse.replication.ratis;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import io.posthorse.testkit.FaultyFileStore;
import io.posthorse.testkit.SeededEntropy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class NodeMarkTest {
    private static final UUID GROUP = UUID.fromString("01234567-89ab-cdef-0123-456789abcdef");
    private static final UUID INCARNATION = UUID.fromString("11111111-2222-3333-4444-555555555555");
    private static final UUID OTHER = UUID.fromString("99999999-2222-3333-4444-555555555555");
    private static final UUID THIRD = UUID.fromString("88888888-2222-3333-4444-555555555555");
    private static final NodeMark MARK = new NodeMark(
            GROUP, "n1", INCARNATION, NodeMark.Phase.FOUNDED, Map.of("n1", INCARNATION, "n2", OTHER));

    private final FaultyFileStore files = new FaultyFileStore(new SeededEntropy(1));

    private static byte[] read(FileStore store, String name) throws IOException {
        try (StoredFile file = store.openExisting(name)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
            file.read(0, bytes);
            return bytes.array();
        }
    }

    private static byte[] golden(String name) throws IOException {
        try (InputStream in = NodeMarkTest.class.getResourceAsStream("/golden/" + name)) {
            return in.readAllBytes();
        }
    }

    @Test
    void aMarkIsReadAsItWasWritten() throws IOException {
        assertNull(NodeMark.read(files));
        MARK.write(files);
        assertEquals(MARK, NodeMark.read(files.crash(true)));
        assertArrayEquals(golden("node.bin"), read(files, NodeMark.NAME));
    }

    @Test
    void nodesThatJoinedAreReadAsTheyWereWritten() throws IOException {
        NodeMark joined = MARK.with(MARK.founders(), Map.of("n3", THIRD));
        joined.write(files);
        assertEquals(joined, NodeMark.read(files.crash(true)));
        assertArrayEquals(golden("node-joined.bin"), read(files, NodeMark.NAME));
        assertFalse(joined.hasJoined(), "it is a founder");
        assertEquals(OTHER, joined.known("n2"));
        assertEquals(THIRD, joined.known("n3"));
        assertNull(joined.known("n4"));
    }

    @Test
    void everyFlippedBitIsNoticed() throws IOException {
        MARK.write(files);
        int bits = read(files, NodeMark.NAME).length * 8;
        for (int bit = 0; bit < bits; bit++) {
            files.flipBit(NodeMark.NAME, bit);
            assertThrows(IOException.class, () -> NodeMark.read(files), "bit " + bit);
            files.flipBit(NodeMark.NAME, bit);
        }
        assertEquals(MARK, NodeMark.read(files));
    }

    @Test
    void theLastRunTellsWhetherTheMachineWentDown() throws IOException {
        assertFalse(LastRun.isKept(files), "nothing is known");
        LastRun.begin(files);
        files.forceNames();
        assertArrayEquals(golden("last-run.bin"), read(files, LastRun.NAME));
        assertTrue(LastRun.isKept(files));
        FaultyFileStore killed = files.crash(false);
        assertTrue(LastRun.isKept(killed), "only the process ended");
        killed.flipBit(LastRun.NAME, 150);
        assertFalse(LastRun.isKept(killed));
        killed.flipBit(LastRun.NAME, 150);
        FaultyFileStore detached = killed.detach();
        assertFalse(LastRun.isKept(detached), "the volume was attached anew");
        LastRun.begin(detached);
        assertTrue(LastRun.isKept(detached));
        assertFalse(LastRun.isKept(detached.crash(true)), "the machine went down");
    }

    private static String refusal(NodeMark mark, boolean hasLog, boolean hasRecords) {
        return assertThrows(
                IOException.class, () -> NodeMark.admit(mark, GROUP, "n1", hasLog, hasLog, hasRecords)).getMessage();
    }

    @Test
    void aNodeThatIsWhatItWasIsAdmitted() throws IOException {
        NodeMark.admit(MARK, GROUP, "n1", true, true, true);
        NodeMark.admit(MARK, GROUP, "n1", false, false, false);
        NodeMark.admit(MARK.in(NodeMark.Phase.RUNNING), GROUP, "n1", true, false, true);
        NodeMark.admit(MARK.in(NodeMark.Phase.ENTRIES), GROUP, "n1", true, true, true);
        NodeMark.admit(null, GROUP, "n1", false, false, false);
    }

    @Test
    void aNodeThatLostWhatItKnewIsRefused() {
        assertTrue(refusal(null, true, false).contains("Restore neither from a copy"), "only the engine's log is left");
        assertTrue(refusal(MARK.in(NodeMark.Phase.RUNNING), false, true).contains("has lost its log"));
        IOException refusal = assertThrows(IOException.class, () -> NodeMark.admit(
                MARK.in(NodeMark.Phase.ENTRIES), GROUP, "n1", true, false, true));
        assertTrue(refusal.getMessage().contains("has lost its log"), "its directory is there, the log is not");
    }

    @Test
    void aNodeThatWasRemovedIsRefused() {
        assertTrue(refusal(MARK.in(NodeMark.Phase.REMOVED), true, true).contains("it was removed from it"));
    }

    @Test
    void theDirectoryOfABrokerOfItsOwnIsRefused() {
        assertTrue(refusal(null, false, true).contains("a broker of its own"));
    }

    @Test
    void theDirectoryOfAnotherNodeIsRefused() {
        NodeMark named = new NodeMark(GROUP, "n2", INCARNATION, NodeMark.Phase.FOUNDING, Map.of());
        NodeMark grouped = new NodeMark(OTHER, "n1", INCARNATION, NodeMark.Phase.FOUNDING, Map.of());
        assertTrue(refusal(named, true, true).contains("that of node n2"));
        assertTrue(refusal(grouped, true, true).contains("of group " + OTHER));
    }
}
