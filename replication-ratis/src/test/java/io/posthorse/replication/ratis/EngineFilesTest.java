package io.posthorse.replication.ratis;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import io.posthorse.testkit.FaultyFileStore;
import io.posthorse.testkit.SeededEntropy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.StateMachineLogEntryProto;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.CodedOutputStream;
import org.junit.jupiter.api.Test;

/** The engine's files after power cuts, kills, and on disks that rot; made by hand. */
class EngineFilesTest {
    private static final String SEGMENT = "log_inprogress_5";
    private static final RatisSettings.Sizes SIZES = new RatisSettings.Sizes(256 << 10, 1 << 20, 8, 1);
    private static final int ENTRY = 10_000;

    private final FaultyFileStore files = new FaultyFileStore(new SeededEntropy(1));
    private final ByteBuffer content = ByteBuffer.allocate(256 << 10);
    private final long[] begins = new long[6];

    /** A file of five entries, and zeros behind. */
    EngineFilesTest() throws IOException {
        content.put(SegmentScan.HEAD);
        for (int i = 0; i < 5; i++) {
            begins[i] = content.position();
            put(5 + i);
        }
        begins[5] = content.position();
    }

    private void put(long index) throws IOException {
        put(index, ENTRY);
    }

    private void put(long index, int size) throws IOException {
        byte[] payload = new byte[size];
        new java.util.Random(index).nextBytes(payload);
        byte[] entry = LogEntryProto.newBuilder()
                .setTerm(3)
                .setIndex(index)
                .setStateMachineLogEntry(StateMachineLogEntryProto.newBuilder().setLogData(ByteString.copyFrom(payload)))
                .build()
                .toByteArray();
        byte[] head = new byte[CodedOutputStream.computeUInt32SizeNoTag(entry.length)];
        CodedOutputStream.newInstance(head).writeUInt32NoTag(entry.length);
        CRC32C crc = new CRC32C();
        crc.update(head);
        crc.update(entry);
        content.put(head).put(entry).putInt((int) crc.getValue());
    }

    private void write(String name, byte[] bytes) throws IOException {
        try (StoredFile file = files.open(name)) {
            file.write(0, ByteBuffer.wrap(bytes));
            file.force();
        }
        files.forceNames();
    }

    private void writeSegment() throws IOException {
        write(SEGMENT, content.array());
    }

    private static byte[] read(FileStore store, String name) throws IOException {
        try (StoredFile file = store.openExisting(name)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
            file.read(0, bytes);
            return bytes.array();
        }
    }

    private void zero(long from, long to) {
        for (long at = from; at < to; at++) {
            content.put((int) at, (byte) 0);
        }
    }

    private void assertCutTo(long length, boolean isKept) throws IOException {
        writeSegment();
        OpenSegment.repair(files, isKept, SIZES);
        byte[] expected = new byte[(int) length];
        content.get(0, expected);
        assertArrayEquals(expected, read(files, SEGMENT));
        OpenSegment.repair(files, true, SIZES);
        assertEquals(length, read(files, SEGMENT).length, "there is nothing more to repair");
    }

    private void assertRefused(boolean isKept) throws IOException {
        writeSegment();
        IOException refusal = assertThrows(IOException.class, () -> OpenSegment.repair(files, isKept, SIZES));
        assertTrue(refusal.getMessage().contains(SEGMENT) && refusal.getMessage().contains("under another name"),
                refusal.getMessage());
        assertArrayEquals(content.array(), read(files, SEGMENT), "nothing was changed");
    }

    @Test
    void aWholeFileStaysAsItIs() throws IOException {
        writeSegment();
        OpenSegment.repair(files, true, SIZES);
        OpenSegment.repair(files, false, SIZES);
        assertArrayEquals(content.array(), read(files, SEGMENT));
    }

    @Test
    void theTornTailOfAPowerCutIsCut() throws IOException {
        zero(begins[3] + 2_000, begins[3] + 4_000); // a lost page in one of the last two entries
        assertCutTo(begins[3], false);
    }

    @Test
    void pagesThatWereLostBeforeLaterOnesAreATornTail() throws IOException {
        zero(begins[3], begins[4] + 100);
        assertCutTo(begins[3], false);
    }

    @Test
    void moreThanThePowerCutCanTearIsRefused() throws IOException {
        content.put((int) begins[1] + 500, (byte) (content.get((int) begins[1] + 500) ^ 1));
        writeSegment();
        try (StoredFile file = files.open(SEGMENT)) {
            file.write(3 << 20, ByteBuffer.wrap(new byte[] {1}));
        }
        IOException refusal = assertThrows(IOException.class, () -> OpenSegment.repair(files, false, SIZES));
        assertTrue(refusal.getMessage().contains("by more than a power cut can do"), refusal.getMessage());
    }

    @Test
    void aFlippedBitIsRotWhereTheMachineStayedUp() throws IOException {
        content.put((int) begins[2] + 500, (byte) (content.get((int) begins[2] + 500) ^ 1));
        assertRefused(true);
    }

    @Test
    void aFlippedBitInTheLastEntryIsRotToo() throws IOException {
        content.put((int) begins[4] + 500, (byte) (content.get((int) begins[4] + 500) ^ 1));
        assertRefused(true);
    }

    @Test
    void aDamagedLengthIsRotToo() throws IOException {
        content.put((int) begins[2] + 1, (byte) 0xFF); // now it seems to end behind everything that was written
        assertRefused(true);
    }

    @Test
    void aZeroedPageBeforeWholeEntriesIsRotToo() throws IOException {
        zero(begins[2], begins[2] + 4_096);
        assertRefused(true);
    }

    @Test
    void aWriteThatWasCutShortByAKillIsCut() throws IOException {
        long block = (begins[4] + 4_000) / 512 * 512;
        zero(block, content.capacity());
        assertCutTo(begins[4], true);
    }

    @Test
    void aLengthThatWasCutShortByAKillIsCut() throws IOException {
        for (int size = ENTRY; content.position() % 512 != 511; size++) {
            content.position((int) begins[4]);
            put(9, size);
        }
        int begin = content.position();
        put(10);
        zero(begin + 1, content.capacity());
        assertCutTo(begin, true);
    }

    @Test
    void aLostHeadIsRefusedUnlessThePowerCutExplainsIt() throws IOException {
        zero(0, 8);
        assertRefused(true);
        OpenSegment.repair(files, false, SIZES);
        assertEquals(0, read(files, SEGMENT).length, "the engine deletes an empty file");
    }

    @Test
    void onlyTheNewestFileMayHaveATornTail() throws IOException {
        zero(begins[4] + 2_000, content.capacity());
        writeSegment();
        write("log_inprogress_10", SegmentScan.HEAD);
        assertThrows(IOException.class, () -> OpenSegment.repair(files, false, SIZES));
    }

    @Test
    void whatWasWrittenAndNotForcedIsDurableAfterwards() throws IOException {
        try (StoredFile file = files.open(SEGMENT)) {
            file.write(0, content.duplicate().clear());
        }
        EngineFiles.repair(files, true, SIZES);
        assertArrayEquals(content.array(), read(files.crash(true), SEGMENT));
    }

    @Test
    void aLogThatEndsBeforeTheCheckpointIsDropped() throws IOException {
        writeSegment(); // entries 5 to 9
        write("log_0-4", SegmentScan.HEAD);
        write(VoteFile.NAME, vote(4, "n1"));
        OutrunLog.drop(files, files, 9, SIZES);
        assertEquals(3, files.list().size(), "the checkpoint ends with the log");
        OutrunLog.drop(files, files, 10, SIZES);
        assertEquals(List.of(OutrunLog.NOTE, VoteFile.NAME), files.crash(true).list().stream().sorted().toList());
    }

    // ---- votes

    private static byte[] vote(long term, String votedFor) {
        return text(term, votedFor).getBytes(StandardCharsets.UTF_8);
    }

    private static String text(long term, String votedFor) {
        return "#\n#Mon Nov 30 10:00:00 UTC 2026\nterm=" + term + "\nvotedFor=" + votedFor + "\n";
    }

    @Test
    void aVoteWhoseRenamingWasLostHolds() throws IOException {
        write(VoteFile.NAME, vote(4, "n1"));
        write(VoteFile.TEMPORARY, vote(5, "n2"));
        VoteFile.adopt(files);
        FileStore after = files.crash(true);
        assertArrayEquals(vote(5, "n2"), read(after, VoteFile.NAME));
        assertFalse(after.list().contains(VoteFile.TEMPORARY));
    }

    @Test
    void aVoteOfTheSameTermHoldsWhereNoneWasGiven() throws IOException {
        write(VoteFile.NAME, vote(5, ""));
        write(VoteFile.TEMPORARY, vote(5, "n2"));
        VoteFile.adopt(files);
        assertArrayEquals(vote(5, "n2"), read(files, VoteFile.NAME));
    }

    @Test
    void aFirstVoteHolds() throws IOException {
        write(VoteFile.TEMPORARY, vote(1, "n2"));
        VoteFile.adopt(files);
        assertArrayEquals(vote(1, "n2"), read(files, VoteFile.NAME));
    }

    @Test
    void olderTornAndOtherVotesOfATermDoNot() throws IOException {
        String whole = text(6, "n2");
        String torn = whole.substring(0, whole.length() - 1);
        for (String temporary : List.of(text(4, "n2"), text(5, "n2"), torn, "", "term=x\nvotedFor=n2\n", "term=7\n",
                "\\u00\nterm=7\n")) {
            write(VoteFile.NAME, vote(5, "n1"));
            if (files.list().contains(VoteFile.TEMPORARY)) {
                files.delete(VoteFile.TEMPORARY);
            }
            write(VoteFile.TEMPORARY, temporary.getBytes(StandardCharsets.UTF_8));
            VoteFile.adopt(files);
            assertArrayEquals(vote(5, "n1"), read(files, VoteFile.NAME));
        }
    }

    @Test
    void aLogThatBeginsBehindTheReplicaIsRefused() throws IOException {
        for (String name : List.of("log_5-9", "log_inprogress_10", "raft-meta")) {
            files.open(name).close();
        }
        OutrunLog.requireReaches(files, 4);
        OutrunLog.requireReaches(files, 12);
        IOException refusal = assertThrows(IOException.class, () -> OutrunLog.requireReaches(files, 3));
        assertTrue(refusal.getMessage().contains("begins at entry 5"), refusal.getMessage());
        files.delete("log_5-9");
        assertThrows(IOException.class, () -> OutrunLog.requireReaches(files, 8));
        files.delete("log_inprogress_10");
        OutrunLog.requireReaches(files, -1);
    }
}
