package io.posthorse.protocol.openwire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.posthorse.broker.KeyHash;
import io.posthorse.broker.MessageTraits;
import io.posthorse.broker.PlainMessage;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.activemq.command.ActiveMQTextMessage;
import org.junit.jupiter.api.Test;

/**
 * The stored form of a JMS message, compared with a golden file that this test wrote once. After a deliberate change of
 * format, raise the version and run {@link #main} with the file's path to write it anew.
 */
class StoredFormTest {
    private static final String GOLDEN = "/golden/jms-message.hex";
    private static final StoredForm FORMAT = new StoredForm();

    public static void main(String[] arguments) throws Exception {
        Files.writeString(Path.of(arguments[0]), HexFormat.of().formatHex(written()) + "\n", StandardCharsets.US_ASCII);
    }

    private static byte[] written() throws Exception {
        OutgoingJms message = new MessageCodec().stored(Frames.filled(Frames.text()), "orders", 2);
        ByteBuffer out = ByteBuffer.allocate(message.length());
        message.write(out);
        FORMAT.stamp(out, 0, 17, 4_096, 1_700_000_000_123L);
        return out.array();
    }

    private static ByteBuffer golden() throws IOException {
        try (InputStream in = StoredFormTest.class.getResourceAsStream(GOLDEN)) {
            String hex = new String(in.readAllBytes(), StandardCharsets.US_ASCII).strip();
            return ByteBuffer.wrap(HexFormat.of().parseHex(hex));
        }
    }

    @Test
    void theBytesEqualTheGoldenFile() throws Exception {
        assertArrayEquals(golden().array(), written());
    }

    @Test
    void theFieldsOfTheGoldenFileAreRead() throws Exception {
        ByteBuffer bytes = golden();
        int length = bytes.capacity();
        assertEquals("orders", FORMAT.topic(bytes, 0, length));
        assertEquals(2, FORMAT.partition(bytes, 0, length));
        assertEquals(
                new MessageTraits(6, 1_700_000_060_000L, true, "g1", false), FORMAT.traits(bytes, 0, length));
        List<Integer> keys = new ArrayList<>();
        FORMAT.keys(bytes, 0, length, keys::add);
        int topic = KeyHash.text("orders".getBytes(StandardCharsets.UTF_8), 0, 6);
        List<Integer> expected = new ArrayList<>();
        for (String word : List.of("ID:host-1-2-3:1:1:1:4", "c-9", "order-1", "order-2")) {
            expected.add(KeyHash.of(topic, KeyHash.text(word.getBytes(StandardCharsets.UTF_8), 0, word.length())));
        }
        assertEquals(expected, keys);
        ActiveMQTextMessage message = (ActiveMQTextMessage) new MessageCodec().read(bytes);
        assertEquals("größe", message.getText());
        assertEquals(42, message.getIntProperty("amount"));
    }

    @Test
    void theGoldenFileIsConvertedForOtherProtocols() throws Exception {
        ByteBuffer bytes = golden();
        PlainMessage plain = FORMAT.plain(bytes, 0, bytes.capacity());
        assertEquals(new PlainMessage.Place("orders", 2, 17, 4_096, 1_700_000_000_123L), plain.place());
        assertEquals(new PlainMessage.Text("größe"), plain.body());
        assertEquals("created", plain.tag());
        assertEquals(List.of("order-1", "order-2"), plain.keys());
        assertEquals(Map.of("amount", 42, "big", Long.MAX_VALUE, "rate", 1.5), plain.properties());
    }

    /** Another record follows the message, and must not be read. */
    @Test
    void textsThatExceedTheMessageAreNotRead() throws Exception {
        ByteBuffer golden = golden();
        ByteBuffer bytes = ByteBuffer.allocate(70_000).put(0, golden, 0, golden.capacity());
        int length = golden.capacity();
        bytes.putShort(40, (short) (length - 41));
        assertThrows(IndexOutOfBoundsException.class, () -> FORMAT.topic(bytes, 0, length));
        assertThrows(IndexOutOfBoundsException.class, () -> FORMAT.keys(bytes, 0, length, key -> { }));
        assertThrows(IndexOutOfBoundsException.class, () -> FORMAT.traits(bytes, 0, length));
    }

    @Test
    void aLengthThatExceedsTheMessageAllocatesNothing() throws Exception {
        ByteBuffer bytes = golden();
        int body = find(bytes, "größe") - 8;
        assertEquals(bytes.getInt(body) - 4, bytes.getInt(body + 4), "the length of the content, and of the text in it");
        bytes.putInt(body, 64 << 20);
        MessageCodec codec = new MessageCodec();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        assertThrows(RuntimeException.class, () -> codec.read(bytes));
        assertTrue(threads.getCurrentThreadAllocatedBytes() - before < 4 << 20, "memory for missing bytes");
    }

    private static int find(ByteBuffer bytes, String text) {
        ByteBuffer wanted = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        int at = 0;
        while (!bytes.slice(at, wanted.capacity()).equals(wanted)) {
            at++;
        }
        return at;
    }

    @Test
    void anotherVersionIsNotRead() throws Exception {
        ByteBuffer bytes = golden();
        bytes.put(0, (byte) 2);
        assertNull(FORMAT.topic(bytes, 0, bytes.capacity()));
    }

    @Test
    void wordsBeyondTheLimitAreNotKept() throws Exception {
        ActiveMQTextMessage message = Frames.filled(Frames.text());
        message.setProperty("KEYS", "word ".repeat(100));
        OutgoingJms stored = new MessageCodec().stored(message, "orders", 0);
        assertEquals(32, stored.keys());
        assertTrue(stored.length() < 2_000);
    }
}
