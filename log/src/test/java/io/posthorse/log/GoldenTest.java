package io.posthorse.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** The formats on disk are those of the golden files, byte by byte as docs/formats says. */
class GoldenTest {
    /** Where the log of the golden files ends. */
    private static final int GOLDEN_END = 296;

    private final CRC32C crc = new CRC32C();

    private static byte[] golden(String name) throws IOException {
        try (InputStream in = GoldenTest.class.getResourceAsStream("/golden/" + name)) {
            return in.readAllBytes();
        }
    }

    private int crc(byte[] bytes, int from, int to) {
        crc.reset();
        crc.update(bytes, from, to - from);
        return (int) crc.getValue();
    }

    @Test
    void theCodeStillWritesTheSameBytes() throws IOException {
        for (Map.Entry<String, byte[]> file : GoldenFiles.written().entrySet()) {
            assertArrayEquals(golden(file.getKey()), file.getValue(), file.getKey());
        }
    }

    @Test
    void theSegmentDecodes() throws IOException {
        byte[] bytes = golden("segment.bin");
        ByteBuffer in = ByteBuffer.wrap(bytes);
        assertEquals("PHLOG", new String(bytes, 0, 5, StandardCharsets.US_ASCII));
        assertEquals(1, in.getInt(8));
        assertEquals(1 << 16, in.getInt(12));
        assertEquals(0, in.getLong(16));
        assertEquals(0, in.getLong(24));
        assertEquals(crc(bytes, 0, 32), in.getInt(32));
        String[] texts = {"first", "one of two", "two of two"};
        int at = 64;
        for (int i = 0; i < texts.length; i++) {
            int length = in.getInt(at);
            assertEquals(32 + 32 + texts[i].length(), length);
            assertEquals(crc(bytes, at + 8, at + length), in.getInt(at + 4));
            assertEquals(at, in.getLong(at + 8));
            assertEquals(1_700_000_000_000L, in.getLong(at + 16));
            assertEquals(1, in.get(at + 24));
            assertEquals(i == 1 ? 1 : 0, in.get(at + 25), "only the first of the group says that more follows");
            assertEquals(i == 2 ? 1 : 0, in.getShort(at + 26), "only the last has unforced bytes before it");
            assertEquals(1, in.getInt(at + 28));
            assertEquals(i, in.getInt(at + 32));
            assertEquals(0, in.getLong(at + 36));
            assertEquals(9, in.get(at + 49));
            assertEquals(texts[i], new String(bytes, at + 64, length - 64, StandardCharsets.US_ASCII));
            at += (length + 7) / 8 * 8;
        }
        assertEquals(bytes.length, at);
    }

    @Test
    void theIndexFileDecodes() throws IOException {
        byte[] bytes = golden("index.bin");
        ByteBuffer in = ByteBuffer.wrap(bytes);
        assertEquals("PHIX", new String(bytes, 0, 4, StandardCharsets.US_ASCII));
        assertEquals(3, in.getInt(8));
        assertEquals(3, in.getInt(12));
        assertEquals(0, in.getLong(16));
        assertEquals(GOLDEN_END, in.getLong(24));
        assertEquals(bytes.length, in.getLong(32));
        assertEquals(crc(bytes, 48, 64), in.getInt(40));
        assertEquals(crc(bytes, 0, 44), in.getInt(44));
        assertEquals(0, in.getInt(48));
        assertEquals(64, in.getInt(52));
        assertEquals(crc(bytes, 64, bytes.length), in.getInt(56), "one block");
        int[] lengths = {5, 10, 10};
        for (int i = 0; i < 3; i++) {
            int row = 64 + i * 24;
            assertEquals(i, in.getInt(row));
            assertEquals(1, in.getInt(row + 4));
            assertEquals(0, in.getLong(row + 8));
            int entry = in.getInt(row + 16);
            assertEquals(64 + 3 * 24 + i * 16, entry);
            assertEquals(lengths[i], in.getInt(entry + 8));
        }
        assertEquals(64, in.getLong(in.getInt(64 + 16)));
    }

    @Test
    void anIndexFileWithARelocatedMessageDecodes() throws IOException {
        byte[] bytes = golden("index-relocated.bin");
        ByteBuffer in = ByteBuffer.wrap(bytes);
        assertEquals(0, in.getInt(12));
        assertEquals(1, in.getInt(48));
        assertEquals(64 + 32, bytes.length);
        assertEquals(5, in.getInt(64), "partition");
        assertEquals(10, in.getInt(68), "length");
        assertEquals(77, in.getLong(72), "offset");
        assertEquals(1_064, in.getLong(80), "position");
        assertEquals(-3, in.getInt(88), "tag");
    }

    @Test
    void anIndexFileOfThePreviousVersionDecodes() throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(golden("index-2.bin"));
        assertEquals(2, bytes.getInt(8));
        IndexView view = IndexView.of(bytes, bytes.getLong(16), bytes.getLong(24), this);
        assertEquals(3, view.chunks);
        Chunk second = view.ceiling(1, 0);
        assertEquals(136, second.position(0));
        assertEquals(10, second.length(0));
        for (int bit = 0; bit < bytes.capacity() * 8; bit++) {
            ByteBuffer flipped = ByteBuffer.wrap(golden("index-2.bin"));
            flipped.put(bit / 8, (byte) (flipped.get(bit / 8) ^ 1 << (bit & 7)));
            assertNull(IndexView.of(flipped, bytes.getLong(16), bytes.getLong(24), this), "bit " + bit);
        }
    }

    @Test
    void theKeyFileDecodes() throws IOException {
        byte[] bytes = golden("keys.bin");
        ByteBuffer in = ByteBuffer.wrap(bytes);
        assertEquals("PHKEYS", new String(bytes, 0, 6, StandardCharsets.US_ASCII));
        assertEquals(2, in.getInt(8));
        assertEquals(3, in.getInt(12));
        assertEquals(64, in.getLong(16));
        assertEquals(GOLDEN_END, in.getLong(24));
        assertEquals(1_700_000_000_000L, in.getLong(32));
        assertEquals(1_700_000_000_000L, in.getLong(40));
        assertEquals(crc(bytes, 56, 64), in.getInt(48));
        assertEquals(crc(bytes, 0, 52), in.getInt(52));
        assertEquals(64, in.getInt(56));
        assertEquals(crc(bytes, 64, bytes.length), in.getInt(60), "one block");
        assertEquals(64 + 3 * 8, bytes.length);
        for (int i = 0; i < 3; i++) {
            assertTrue(i == 0 || in.getLong(64 + i * 8) > in.getLong(56 + i * 8), "ascending");
            if (in.getInt(64 + i * 8) == "first".hashCode()) {
                assertEquals(0, in.getInt(68 + i * 8), "it stands at the begin of the stretch");
            }
        }
    }

    @Test
    void aKeyFileOfThePreviousVersionDecodes() throws IOException {
        FaultyFileStore files = new FaultyFileStore(new SeededEntropy(1));
        String name = KeyFile.name(64, GOLDEN_END);
        put(files, name, golden("keys-1.bin"));
        KeyView view = KeyFile.open(files, name, this);
        assertEquals(3, view.entries);
        assertEquals(1, view.upTo(view.entry(0)));
        files.flipBit(name, 8 * 57);
        assertNull(KeyFile.open(files, name, this));
    }

    @Test
    void theCheckpointDecodes() throws IOException {
        byte[] bytes = golden("checkpoint.bin");
        ByteBuffer in = ByteBuffer.wrap(bytes);
        assertEquals("PHCKPT", new String(bytes, 0, 6, StandardCharsets.US_ASCII));
        assertEquals(2, in.getInt(8));
        assertEquals(golden("segment.bin").length, in.getLong(16), "to");
        assertEquals(crc(bytes, 0, 28), in.getInt(28));
        assertEquals(0, in.getLong(32), "from");
        assertEquals(bytes.length - 56, in.getLong(40));
        assertEquals(crc(bytes, 32, 52), in.getInt(52));
        assertEquals(3 * (7 + 1 + 16), in.getInt(56), "one block of three sections");
        assertEquals(crc(bytes, 64, bytes.length), in.getInt(60));
        for (int i = 0; i < 3; i++) {
            int at = 64 + i * 24;
            assertEquals(1, in.get(at), "kind");
            assertEquals(1, in.getShort(at + 1), "length of the key");
            assertEquals(16, in.getInt(at + 3), "length of the value");
            assertEquals(i, in.get(at + 7), "key");
            assertEquals(1, in.getLong(at + 16), "the next offset");
        }
    }

    @Test
    void theCheckpointOfVersionOneDecodes() throws IOException {
        byte[] bytes = golden("checkpoint-1.bin");
        ByteBuffer in = ByteBuffer.wrap(bytes);
        assertEquals("PHCKPT", new String(bytes, 0, 6, StandardCharsets.US_ASCII));
        assertEquals(1, in.getInt(8));
        assertEquals(bytes.length - 32, in.getInt(12));
        assertEquals(golden("segment.bin").length, in.getLong(16));
        assertEquals(crc(bytes, 32, bytes.length), in.getInt(24));
        assertEquals(crc(bytes, 0, 28), in.getInt(28));
        assertEquals(1, in.getLong(40), "the next offset of the first partition");
    }

    @Test
    void theDurableMarkDecodes() throws IOException {
        byte[] bytes = golden("durable.bin");
        ByteBuffer in = ByteBuffer.wrap(bytes);
        int slot = in.getLong(16) > in.getLong(64 + 16) ? 0 : 64;
        assertEquals("PHMARK", new String(bytes, slot, 6, StandardCharsets.US_ASCII));
        assertEquals(2, in.getInt(slot + 8));
        assertEquals(1, in.get(slot + 12), "closed");
        assertEquals(1, in.get(slot + 13), "sync");
        assertEquals(golden("segment.bin").length, in.getLong(slot + 24));
        assertEquals(1, in.getInt(slot + 40));
        assertEquals(crc(bytes, slot, slot + 44), in.getInt(slot + 44));
        assertEquals(crc(bytes, slot + 48, slot + 56), in.getInt(slot + 56));
        assertEquals(1L << 32 | 1, in.getLong(slot + 48), "how the volume was attached");
    }

    @Test
    void aDurableMarkOfVersionOneDecodes() throws IOException {
        FaultyFileStore files = new FaultyFileStore(new SeededEntropy(1));
        try (StoredFile file = files.open("durable")) {
            file.write(0, ByteBuffer.wrap(golden("durable-1.bin")));
        }
        DurableMark.Last last = DurableMark.open(files, false).read();
        assertTrue(last.closed());
        assertTrue(last.sync());
        assertEquals(golden("segment.bin").length, last.position());
    }

    /** Nobody knows how the volume was attached: what was not forced may be gone. */
    @Test
    void aSlotWithoutItsVolumeKeepsOnlyForcedBytes() throws IOException {
        for (boolean isHalf : new boolean[] {false, true}) {
            FaultyFileStore files = new FaultyFileStore(new SeededEntropy(1));
            DurableMark.open(files, false).begin(8, 1);
            if (isHalf) {
                try (StoredFile file = files.open("durable")) {
                    long slot = file.size() > 64 ? 64 : 0;
                    file.write(slot + 48, ByteBuffer.allocate(16));
                }
            }
            DurableMark.Last last = DurableMark.open(files, false).read();
            assertEquals(8, last.position());
            assertEquals(!isHalf, last.kept());
        }
    }

    @Test
    void aSlotTruncatedBehindItsChecksumStaysInvalid() throws IOException {
        FaultyFileStore files = new FaultyFileStore(new SeededEntropy(1));
        byte[] whole = golden("durable.bin");
        int newer = ByteBuffer.wrap(whole).getLong(16) > ByteBuffer.wrap(whole).getLong(64 + 16) ? 0 : 64;
        byte[] cut = Arrays.copyOfRange(whole, newer, newer + 60);
        ByteBuffer.wrap(cut).putLong(16, 4).putInt(44, 0);
        ByteBuffer.wrap(cut).putInt(44, crc(cut, 0, 44));
        put(files, "durable", cut);
        DurableMark mark = DurableMark.open(files, false);
        DurableMark.Last last = mark.read();
        mark.begin(last.position() + 8, last.epoch() + 1);

        DurableMark.Last next = DurableMark.open(files, false).read();

        assertEquals(last.position() + 8, next.position(), "the mark that was written last counts");
        assertFalse(next.closed());
    }

    @Test
    void theDirectoryOfTheGoldenFilesOpens() throws IOException {
        LogWorld world = LogWorld.open(goldenDirectory(), LogWorld.SYNC);
        assertEquals(List.of("0:0:first", "1:0:one of two", "2:0:two of two"), world.readable());
        assertFalse(world.store.tailLost());
    }

    @Test
    void everyFlippedBitOfAHeaderOrRecordIsDetected() throws IOException {
        byte[] bytes = golden("segment.bin");
        int length = ByteBuffer.wrap(bytes).getInt(64);
        for (int bit = 64 * 8; bit < (64 + length) * 8; bit++) {
            ByteBuffer flipped = ByteBuffer.wrap(bytes.clone());
            flipped.put(bit / 8, (byte) (flipped.get(bit / 8) ^ 1 << (bit & 7)));
            assertFalse(RecordFormat.valid(flipped, 64, 64, bytes.length, crc));
        }
        assertTrue(RecordFormat.valid(ByteBuffer.wrap(bytes), 64, 64, bytes.length, crc));
        for (int limit = 64; limit < 64 + length; limit++) {
            assertFalse(RecordFormat.valid(ByteBuffer.wrap(bytes, 0, limit), 64, 64, limit, crc), "cut at " + limit);
        }
    }

    @Test
    void newerVersionsAreRefused() throws IOException {
        FaultyFileStore mark = goldenDirectory();
        byte[] bytes = golden("durable.bin");
        for (int slot = 0; slot < 128; slot += 64) {
            ByteBuffer.wrap(bytes).putInt(slot + 8, 3).putInt(slot + 44, 0);
            ByteBuffer.wrap(bytes).putInt(slot + 44, crc(bytes, slot, slot + 44));
        }
        put(mark, "durable", bytes);
        assertThrows(NewerFormatException.class, () -> LogWorld.open(mark, LogWorld.SYNC));

        FaultyFileStore checkpoint = goldenDirectory();
        byte[] newer = golden("checkpoint.bin");
        ByteBuffer.wrap(newer).putInt(8, 3);
        ByteBuffer.wrap(newer).putInt(28, crc(newer, 0, 28));
        put(checkpoint, checkpoint.list().stream().filter(n -> n.endsWith("point")).findFirst().orElseThrow(), newer);
        assertThrows(NewerFormatException.class, () -> LogWorld.open(checkpoint, LogWorld.SYNC));

        FaultyFileStore whole = goldenDirectory();
        byte[] newerWhole = golden("checkpoint-1.bin");
        ByteBuffer.wrap(newerWhole).putInt(8, 2);
        ByteBuffer.wrap(newerWhole).putInt(28, crc(newerWhole, 0, 28));
        put(whole, "%020d.checkpoint".formatted(golden("segment.bin").length + 8), newerWhole);
        assertThrows(NewerFormatException.class, () -> LogWorld.open(whole, LogWorld.SYNC));
    }

    @Test
    void theDirectoryOfAnEarlierReleaseOpensAndIsConverted() throws IOException {
        FaultyFileStore files = new FaultyFileStore(new SeededEntropy(1));
        long tail = golden("segment.bin").length;
        put(files, Segment.name(0), golden("segment.bin"));
        put(files, IndexFile.name(0, tail, false), golden("index.bin"));
        put(files, "%020d.checkpoint".formatted(tail), golden("checkpoint-1.bin"));
        put(files, "durable", golden("durable.bin"));
        LogWorld world = LogWorld.open(files, LogWorld.SYNC);
        assertEquals(List.of(), world.replayed, "the checkpoint was used");
        for (int i = 0; i < 3; i++) {
            world.turn(0, "later " + i);
            world.checkpoint();
        }
        List<String> before = world.readable();
        assertEquals(6, before.size());

        LogWorld next = world.killed();

        assertEquals(before, next.readable());
        assertEquals(List.of(), next.replayed);
        assertFalse(next.files.list().contains("%020d.checkpoint".formatted(tail)), "two newer ones are there");
    }

    private static FaultyFileStore goldenDirectory() throws IOException {
        FaultyFileStore files = new FaultyFileStore(new SeededEntropy(1));
        long tail = golden("segment.bin").length;
        put(files, Segment.name(0), golden("segment.bin"));
        put(files, IndexFile.name(0, tail, false), golden("index.bin"));
        put(files, CheckpointPart.name(0, tail), golden("checkpoint.bin"));
        put(files, "durable", golden("durable.bin"));
        assertEquals(tail, CheckpointChain.newest(files).position());
        return files;
    }

    private static void put(FaultyFileStore files, String name, byte[] bytes) throws IOException {
        try (StoredFile file = files.open(name)) {
            file.write(0, ByteBuffer.wrap(bytes));
        }
    }

    @Test
    void theBatchDecodes() throws IOException {
        byte[] bytes = golden("batch.bin");
        ByteBuffer in = ByteBuffer.wrap(bytes);
        assertEquals(1, in.get(0), "whole");
        assertEquals(1, in.get(1), "version");
        assertEquals(bytes.length - 32, in.getInt(4));
        assertEquals(7, in.getLong(8), "term");
        assertEquals(64, in.getLong(16), "position");
        assertEquals(0, in.getInt(24), "nothing before it");
        assertEquals(crc(bytes, 0, 28), in.getInt(28));
        assertEquals(32 + 32 + "agreed".length(), in.getInt(32), "length of the record");
        assertEquals(7, in.getInt(32 + 28), "the record's epoch is the term");
        assertEquals(-1, in.getShort(32 + 26), "it says nothing of a disk");
        assertEquals(in.getInt(36), Batch.read(in).records().getInt(4), "checksum of the record");
    }

    @Test
    void theCheckpointOfAGroupsNodeDecodes() throws IOException {
        ByteBuffer in = ByteBuffer.wrap(golden("group-checkpoint.bin"), 64, 100).slice();
        assertEquals(-1, in.get(0), "kind");
        assertEquals(0, in.getShort(1), "no key");
        assertEquals(32, in.getInt(3));
        assertEquals(64 + 72, in.getLong(7), "position");
        assertEquals(7, in.getLong(15), "term");
        assertEquals(41, in.getLong(23), "index");
        assertEquals(Chain.behind(0, Batch.read(ByteBuffer.wrap(golden("batch.bin"))).records()), in.getInt(31), "chain");
        assertEquals(0, in.getInt(35), "no dropped ranges");
    }
}
