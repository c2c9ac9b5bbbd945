package io.posthorse.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.server.TableFile.Generation;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class TableFileTest {
    private static final Generation GOLDEN = new Generation(
            7, Map.of("broker", Map.of("deleteWhen", "04;16"), "ORDER_TOPIC_CONFIG", Map.of("T", "a:4", "订单", "b:2")));

    private static byte[] golden() throws IOException {
        try (InputStream in = TableFileTest.class.getResourceAsStream("/golden/table.bin")) {
            return in.readAllBytes();
        }
    }

    @Test
    void theGoldenFileIsReadAndWritten() throws IOException {
        if (Boolean.getBoolean("posthorse.golden.write")) {
            Path file = Path.of("src/test/resources/golden/table.bin");
            Files.createDirectories(file.getParent());
            Files.write(file, TableFile.encode(GOLDEN).array());
        }
        assertEquals(GOLDEN, TableFile.decode("table", ByteBuffer.wrap(golden())));
        assertEquals(GOLDEN, TableFile.decode("table", TableFile.encode(GOLDEN)));
        assertArrayEquals(golden(), TableFile.encode(GOLDEN).array());
    }

    @Test
    void everyFlippedBitAndEveryTruncationIsDetected() throws IOException {
        byte[] complete = golden();
        for (int bit = 0; bit < complete.length * 8; bit++) {
            byte[] flipped = complete.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertNull(TableFile.decode("table", ByteBuffer.wrap(flipped)), "bit " + bit);
        }
        for (int length = 0; length < complete.length; length++) {
            assertNull(TableFile.decode("table", ByteBuffer.wrap(complete, 0, length).slice()), "length " + length);
        }
    }

    @Test
    void aNewerVersionIsRefused() throws IOException {
        ByteBuffer newer = ByteBuffer.wrap(golden()).putInt(8, 2);
        CRC32C crc = new CRC32C();
        crc.update(newer.duplicate().limit(28));
        newer.putInt(28, (int) crc.getValue());
        assertThrows(IOException.class, () -> TableFile.decode("table", newer));
    }

    @Test
    void invalidContentsWithValidChecksumsAreRefused() throws IOException {
        int value = 32 + 4 + 2 + "ORDER_TOPIC_CONFIG".length() + 2 + "T".length();
        for (int length : new int[] {1_000, -1, Integer.MAX_VALUE}) {
            ByteBuffer file = ByteBuffer.wrap(golden());
            assertEquals("a:4".length(), file.getInt(value));
            file.putInt(value, length).putInt(24, crc(file, 32, file.limit())).putInt(28, crc(file, 0, 28));
            IOException refusal = assertThrows(IOException.class, () -> TableFile.decode("table", file), "length " + length);
            assertTrue(refusal.getMessage().contains("is invalid"), refusal.getMessage());
        }
    }

    private static int crc(ByteBuffer bytes, int from, int to) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().limit(to).position(from));
        return (int) crc.getValue();
    }
}
