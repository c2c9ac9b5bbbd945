package io.posthorse.log;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.testkit.SimulatedBackground;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a node of a group does about records that rot on its disk, with two other nodes that have them or not. */
class ScrubberTest {
    private static final LogSettings AGREED = LogWorld.ASYNC.agreed();

    /** Number of a record, and the text of its message, which is its key. */
    private static final int KEYED = 1;
    private static final String KEY = "text ".repeat(2);

    private final LogWorld node = LogWorld.empty(AGREED);
    private final LogWorld second = LogWorld.empty(AGREED);
    private final LogWorld third = LogWorld.empty(AGREED);
    private final SimulatedBackground background = new SimulatedBackground();
    private final List<String> told = new ArrayList<>();
    /** The other nodes that answer. */
    private final Map<String, LogWorld> peers = new TreeMap<>(Map.of("second", second, "third", third));
    private final List<Integer> asked = new ArrayList<>();
    private boolean areAll = true;
    private Answering answering = (node, position, length) -> PeerBytes.read(peers.get(node).log().view(), position, length);
    private Scrubber scrubber;
    /** What the nodes have agreed on, by the first position of the segment. */
    private final Map<Long, ByteBuffer> healthy = new HashMap<>();
    private long[] records;

    /** How another node answers. */
    private interface Answering {
        ByteBuffer answer(String node, long position, int length) throws IOException;
    }

    ScrubberTest() throws IOException {}

    @BeforeEach
    void fill() throws IOException {
        node.log().lead(7);
        List<Long> positions = new ArrayList<>();
        int entry = 0;
        for (int i = 0; i < 300; i++) {
            int in = i % LogWorld.PARTITIONS;
            if (i % 10 == 3) {
                positions.add(node.append(in, "one of two ".repeat(i % 60 + 1), true)); // an atomic group
            }
            positions.add(node.turn(in, "text ".repeat(i % 150 + 1)));
            for (Batch next = node.log().nextProposal(); next != null; next = node.log().nextProposal()) {
                for (LogWorld each : List.of(node, second, third)) {
                    each.store.agreed(7, entry, Batch.read(next.bytes()));
                }
                entry++;
                node.log().write();
            }
        }
        records = positions.stream().mapToLong(p -> p).toArray();
        for (long base : node.log().segmentBases()) {
            healthy.put(base, ByteBuffer.allocate(1 << 16).put(bytes(node, base)).flip());
        }
        assertTrue(healthy.size() > 1);
        scrubber = new Scrubber(node.store, node.files, background, this::answer, new Scrubber.Listener() {
            @Override
            public void found(DamagedRange range, String file) {
                told.add("found " + range.from() + " to " + range.to());
            }

            @Override
            public void repaired(DamagedRange range, String file) {
                told.add("repaired " + range.from());
            }

            @Override
            public void failed(DamagedRange range, String reason) {
                told.add("failed " + range.from() + ": " + reason);
            }
        });
    }

    private static ByteBuffer bytes(LogWorld of, long base) {
        return of.log().bytes(base).duplicate().clear();
    }

    private void answer(long position, int length, Consumer<PeerBytes.Answers> done) {
        asked.add(length);
        Map<String, ByteBuffer> answers = new HashMap<>();
        for (String peer : peers.keySet()) {
            try {
                answers.put(peer, answering.answer(peer, position, length));
            } catch (IOException e) {
                // it has not got them
            }
        }
        done.accept(new PeerBytes.Answers(answers, areAll && answers.size() == 2));
    }

    private void pass() {
        for (int i = 0; i < 1_000 && scrubber.step(5_000); i++) {
            background.drain();
        }
        background.drain();
    }

    private String file(long position) {
        return Segment.name(node.log().segmentOf(position));
    }

    private void damage(LogWorld of, long position, byte... with) {
        of.files.damage(file(position), of.log().index(position), with);
    }

    private void flip(long position) {
        node.files.flipBit(file(position), node.log().index(position) * 8L + 3);
    }

    private void assertHealthy() {
        healthy.forEach((base, bytes) -> assertEquals(bytes, bytes(node, base), "the segment at " + base));
    }

    private void assertRepaired(int ranges) {
        assertHealthy();
        ScrubFigures figures = scrubber.figures();
        assertEquals(ranges, figures.found(), told.toString());
        assertEquals(ranges, figures.repaired(), told.toString());
        assertEquals(0, figures.unrepaired());
        assertTrue(node.files.list().stream().anyMatch(name -> name.startsWith("quarantine-")));
    }

    private void assertUnchanged(ByteBuffer damaged, long base) {
        assertEquals(damaged, bytes(node, base), "nothing is written that fails a check");
        assertEquals(1, scrubber.figures().unrepaired(), told.toString());
        assertEquals(0, scrubber.figures().repaired());
    }

    private ByteBuffer copy(long base) {
        return ByteBuffer.allocate(1 << 16).put(bytes(node, base)).flip();
    }

    @Test
    void nothingIsFoundInAHealthyLog() {
        pass();
        pass();
        assertEquals(List.of(), told);
        assertEquals(2, scrubber.figures().passes());
        assertEquals(List.of(), asked);
    }

    @Test
    void aFlippedBitInAnyFieldIsRepaired() {
        int[] fields = {RecordFormat.LENGTH, RecordFormat.LENGTH + 3, RecordFormat.CRC, RecordFormat.POSITION + 6,
            RecordFormat.TIME + 7, RecordFormat.TYPE, RecordFormat.FLAGS, RecordFormat.UNFORCED, RecordFormat.EPOCH + 3,
            RecordFormat.PARTITION + 3, RecordFormat.NATIVE + 1};
        for (int i = 0; i < fields.length; i++) {
            flip(records[7 * i + 5] + fields[i]);
        }
        pass();
        assertRepaired(fields.length);
    }

    @Test
    void aFlippedBitBehindARecordIsRepaired() {
        for (int i = 20; i < records.length; i++) {
            int length = node.log().bytes(records[i]).getInt(node.log().index(records[i]));
            if ((length & 7) != 0) {
                flip(records[i] + length);
                break;
            }
        }
        pass();
        assertRepaired(1);
    }

    @Test
    void neighboursAndGroupsAndTheLastRecordOfASegmentAreRepaired() {
        flip(records[20] + RecordFormat.LENGTH + 2);
        flip(records[21] + RecordFormat.POSITION + 7);
        int group = 3; // the first record of a group, and the next one its end
        flip(records[group] + RecordFormat.FLAGS);
        long behind = Arrays.stream(records).filter(p -> node.log().segmentOf(p) > 0).findFirst().orElseThrow();
        long last = Arrays.stream(records).filter(p -> p < behind).max().orElseThrow();
        flip(last + RecordFormat.NATIVE);
        damage(node, last + RecordFormat.LENGTH, new byte[8]);
        flip(behind + RecordFormat.CRC);
        pass();
        assertRepaired(4);
    }

    @Test
    void theNewestCommittedRecordIsRepaired() {
        flip(records[records.length - 1] + RecordFormat.NATIVE);
        pass();
        assertRepaired(1);
    }

    @Test
    void theHeaderOfASegmentIsRepairedAndThenWhatItTells() {
        long base = node.log().segmentBases()[1];
        long last = Arrays.stream(records).filter(p -> p < base).max().orElseThrow();
        for (int at : new int[] {0, 12, 18, 30, 33, 50}) {
            node.files.flipBit(Segment.name(base), at * 8L);
        }
        damage(node, last, new byte[64]);
        pass();
        scrubber.retry();
        background.drain();
        assertRepaired(2);
    }

    @Test
    void pagesOfZerosAreRepairedWhereTheOthersAgree() {
        damage(node, records[30] / 4096 * 4096 + 4096, new byte[8192]);
        pass();
        assertRepaired(1);
    }

    @Test
    void aLongRangeIsFetchedInPieces() throws IOException {
        LogSettings large = new LogSettings(8 << 20, 1 << 18, 1 << 12, false).agreed();
        LogWorld one = LogWorld.empty(large);
        LogWorld other = LogWorld.empty(large);
        one.log().lead(3);
        int entry = 0;
        for (int i = 0; i < 3; i++) {
            one.turn(0, "long ".repeat(300_000));
            for (Batch next = one.log().nextProposal(); next != null; next = one.log().nextProposal()) {
                one.store.agreed(3, entry, Batch.read(next.bytes()));
                other.store.agreed(3, entry++, Batch.read(next.bytes()));
            }
        }
        assertEquals(one.log().committed(), other.log().committed());
        peers.clear();
        peers.put("other", other);
        for (long position : new long[] {one.index.partition(0).position(1), one.index.partition(0).position(2)}) {
            one.files.damage(Segment.name(0), position, new byte[4_000_000 / 3]);
        }
        Scrubber of = new Scrubber(one.store, one.files, background, this::answer, new Silent());
        of.step(100 << 20);
        background.drain();
        of.step(1);
        background.drain();
        assertEquals(1, of.figures().repaired());
        assertEquals(bytes(other, 0), bytes(one, 0));
        assertTrue(asked.size() > 2, asked.toString());
        assertTrue(asked.stream().allMatch(length -> length <= PeerBytes.BYTES_MAX));
    }

    private static final class Silent implements Scrubber.Listener {
        @Override
        public void found(DamagedRange range, String file) {}

        @Override
        public void repaired(DamagedRange range, String file) {}

        @Override
        public void failed(DamagedRange range, String reason) {}
    }

    // ---- other nodes

    private ByteBuffer rot(int record) {
        damage(node, records[record], new byte[40]);
        return copy(0);
    }

    @Test
    void wrongBytesChangeNothing() {
        ByteBuffer damaged = rot(10);
        answering = (peer, position, length) -> {
            ByteBuffer bytes = PeerBytes.read(peers.get(peer).log().view(), position, length);
            return bytes.put(40, (byte) (bytes.get(40) ^ 1));
        };
        pass();
        assertUnchanged(damaged, 0);
        assertTrue(scrubber.isLost(records[10]));
        assertTrue(told.getLast().endsWith("no other node has it whole"), told.toString());
        scrubber.retry();
        background.drain();
        assertEquals(2, told.size(), "a reason is told once: " + told);
        areAll = false;
        scrubber.retry();
        background.drain();
        assertFalse(scrubber.isLost(records[10]), "one that did not answer may have it");
    }

    @Test
    void tooManyOrTooFewOrNoBytesChangeNothing() {
        ByteBuffer damaged = rot(10);
        for (int more : new int[] {8, 1, -1, -8, -100_000}) {
            answering = (peer, position, length) -> {
                ByteBuffer bytes = PeerBytes.read(peers.get(peer).log().view(), position, length);
                return ByteBuffer.allocate(Math.max(0, length + more))
                        .put(bytes.limit(Math.min(length, Math.max(0, length + more)))).rewind();
            };
            pass();
            scrubber.retry();
            background.drain();
            assertUnchanged(damaged, 0);
        }
        answering = (peer, position, length) -> {
            throw new IOException("none");
        };
        scrubber.retry();
        background.drain();
        assertUnchanged(damaged, 0);
        assertFalse(scrubber.isLost(records[10]));
    }

    @Test
    void bytesOfAnotherPositionChangeNothing() {
        ByteBuffer damaged = rot(10);
        int length = (int) (records[11] - records[10]);
        answering = (peer, position, wanted) -> PeerBytes.read(
                peers.get(peer).log().view(), records[9], wanted);
        pass();
        assertUnchanged(damaged, 0);
        answering = (peer, position, wanted) -> bytesAt(records[9], wanted, position);
        scrubber.retry();
        background.drain();
        assertUnchanged(damaged, 0);
        assertTrue(length > 0);
    }

    /** A whole record of another place, dressed up for this one. */
    private ByteBuffer bytesAt(long from, int wanted, long position) throws IOException {
        ByteBuffer bytes = PeerBytes.read(second.log().view(), from, wanted);
        return bytes.putLong(RecordFormat.POSITION, position);
    }

    /** A record that is whole by itself, but none that was agreed on. */
    private ByteBuffer invented(long position, int wanted, int length, int term) {
        ByteBuffer bytes = ByteBuffer.allocate(wanted);
        RecordFormat.seal(bytes, 0, length, position, 5, (byte) 100, (byte) 0, (short) -1, term, new CRC32C());
        return bytes;
    }

    @Test
    void nodesThatDifferAreNotBelieved() {
        ByteBuffer damaged = rot(10);
        answering = (peer, position, wanted) -> peer.equals("second") ? invented(position, wanted, wanted, 7)
                : PeerBytes.read(third.log().view(), position, wanted);
        pass();
        assertUnchanged(damaged, 0);
        assertTrue(told.getLast().endsWith("other nodes have different records there"), told.toString());
        assertFalse(scrubber.isLost(records[10]));
    }

    @Test
    void whatIsLeftOfARecordDecidesBetweenNodesThatDiffer() {
        flip(records[10] + RecordFormat.NATIVE + 1);
        answering = (peer, position, wanted) -> peer.equals("second") ? invented(position, wanted, wanted, 7)
                : PeerBytes.read(third.log().view(), position, wanted);
        pass();
        assertRepaired(1);
    }

    @Test
    void aRecordOfALaterTermOrBeyondTheRangeIsNotTaken() {
        ByteBuffer damaged = rot(10);
        answering = (peer, position, wanted) -> invented(position, wanted, wanted, 8);
        pass();
        assertUnchanged(damaged, 0);
        answering = (peer, position, wanted) -> invented(position, wanted, wanted, 7).putInt(0, wanted + 8);
        scrubber.retry();
        background.drain();
        assertUnchanged(damaged, 0);
    }

    @Test
    void anotherNodesRotIsNoObstacleWhereAThirdIsWhole() {
        rot(10);
        rot(11);
        second.files.flipBit(Segment.name(0), records[10] * 8 + 8 * RecordFormat.NATIVE);
        third.files.flipBit(Segment.name(0), records[11] * 8 + 8 * RecordFormat.NATIVE);
        pass();
        assertRepaired(1);
    }

    @Test
    void aDiskThatTakesNoRepairIsTold() {
        ByteBuffer damaged = rot(10);
        node.files.readOnly(true);
        pass();
        assertUnchanged(damaged, 0);
        assertTrue(told.getLast().contains("disk does not take it"), told.toString());
        node.files.readOnly(false);
        scrubber.retry();
        background.drain();
        assertRepaired(1);
    }

    @Test
    void theKeysOfARepairedRecordAreThereThoughTheirFileWasMadeWithoutThem() throws IOException {
        int hash = KEY.hashCode();
        flip(records[KEYED] + RecordFormat.NATIVE + 1);
        node.store.keys().freeze(node.log().committed()).forEach(keys -> {
            KeyRebuild without = new KeyRebuild(node.files, node, node.log().view(), keys.from, keys.to, 64 << 20);
            assertDoesNotThrow(without::run);
            node.store.keys().replace(without.made());
        });
        assertFalse(found(hash, records[KEYED]), "it was made without the record");
        scrubber.suspect(records[KEYED]);
        background.drain();
        node.background.drain();
        assertRepaired(1);
        assertTrue(found(hash, records[KEYED]));
        node.store.keys().repaired(node.log(), new DamagedRange(records[KEYED], records[KEYED + 1]));
        assertFalse(node.background.hasOutcomes());
        node.background.drain();
        assertTrue(found(hash, records[KEYED]), "what is there is not made again");
    }

    private boolean found(int hash, long position) {
        boolean[] found = new boolean[1];
        node.store.keys().snapshot().find(hash, 0, Long.MAX_VALUE, at -> {
            found[0] |= at == position;
            return true;
        });
        return found[0];
    }

    // ---- readers

    @Test
    void whatAReaderMetIsRepairedAtOnce() {
        flip(records[10] + RecordFormat.NATIVE);
        assertFalse(node.log().readable(records[10]));
        scrubber.suspect(records[10]);
        scrubber.suspect(records[10]);
        background.drain();
        assertRepaired(1);
        assertTrue(node.log().readable(records[10]));
        scrubber.suspect(records[11]);
        background.drain();
        assertEquals(1, scrubber.figures().found(), "a whole record is none");
    }

    @Test
    void aReaderDoesNotAskAgainAndAgain() {
        flip(records[10] + RecordFormat.NATIVE);
        areAll = false;
        peers.clear();
        for (int i = 0; i < 10; i++) {
            scrubber.suspect(records[10]);
            background.drain();
        }
        assertEquals(1, asked.size());
        peers.put("third", third);
        scrubber.retry();
        background.drain();
        assertRepaired(1);
        assertNotEquals(0, asked.size());
    }

    @Test
    void anotherNodeGetsNothingButCommittedBytesOfOneSegment() throws IOException {
        LogView view = node.log().view();
        long end = node.log().segmentBases()[1];
        long[][] wrong = {{-8, 8}, {end - 8, 16}, {view.committed() - 8, 16}, {0, 0}, {0, -1}, {0, PeerBytes.BYTES_MAX + 1},
            {Long.MAX_VALUE, 8}, {Long.MAX_VALUE - 4, 8}};
        for (long[] each : wrong) {
            assertThrows(IOException.class,
                    () -> PeerBytes.read(view, each[0], (int) each[1]), Arrays.toString(each));
        }
        assertEquals(8, PeerBytes.read(view, view.committed() - 8, 8).remaining());
    }
}
