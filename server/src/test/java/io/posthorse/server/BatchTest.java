package io.posthorse.server;

import static io.posthorse.server.TestBroker.SEND_BATCH;
import static io.posthorse.server.TestBroker.shortSend;
import static io.posthorse.server.TestBroker.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Batches (320): separate messages that are stored together or not at all. */
class BatchTest {
    @TempDir
    Path directory;

    private TestBroker broker;

    @BeforeEach
    void start() {
        broker = TestBroker.start(directory, "maxMessageSize=200000");
        broker.topic("T", 2);
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void messagesGetConsecutiveOffsets(boolean binary) {
        byte[] body = concat(message("one", "TAGS\u0001a\u0002UNIQ_KEY\u0001U1\u0002"), message("", ""),
                message("three", "UNIQ_KEY\u0001U3"));
        Frame answer = broker.client(binary).ask(SEND_BATCH, batch(1), body);

        Golden.assertLike("320_batch", answer);
        assertEquals("1", answer.field("queueId"));
        assertEquals("0", answer.field("queueOffset"));
        List<Stored> stored = broker.read("T", 1, 0);
        assertEquals(List.of("one", "", "three"), stored.stream().map(Stored::text).toList());
        assertEquals(List.of(0L, 1L, 2L), stored.stream().map(Stored::offset).toList());
        assertEquals(List.of(9, 9, 9), stored.stream().map(Stored::flag).toList());
        assertEquals(Map.of("UNIQ_KEY", "U3"), stored.get(2).properties());
        String[] ids = answer.field("msgId").split(",");
        assertEquals(3, ids.length);
        for (int i = 0; i < 3; i++) {
            assertTrue(ids[i].endsWith("%016X".formatted(stored.get(i).position())), ids[i]);
        }
    }

    @Test
    void aBatchMayHaveManyMessages() {
        byte[] one = message("b", "k\u0001v\u0002");
        byte[] body = new byte[one.length * 1_000];
        for (int i = 0; i < 1_000; i++) {
            System.arraycopy(one, 0, body, i * one.length, one.length);
        }
        assertEquals(0, broker.client().ask(SEND_BATCH, batch(0), body).code());
        assertEquals(1_000, broker.end("T", 0));
    }

    @ParameterizedTest
    @CsvSource({
        "0,-1", "0,0", "0,21", "0,2147483647", // total size
        "16,-1", "16,4", "16,2147483647", // body length
    })
    void wrongSizesAreRefusedAndNothingIsStored(int at, int value) {
        byte[] second = message("two", "k\u0001v\u0002");
        ByteBuffer.wrap(second).putInt(at, value);
        RawClient client = broker.client();

        assertEquals(29, client.ask(SEND_BATCH, batch(0), concat(message("one", ""), second)).code());
        assertEquals(0, client.ask(SEND_BATCH, batch(0), message("good", "")).code());

        assertEquals(List.of("good"), broker.read("T", 0, 0).stream().map(Stored::text).toList());
    }

    @Test
    void everyPrefixIsRefused() {
        RawClient client = broker.client();
        byte[] whole = message("body", "k\u0001v\u0002");
        for (int length = 1; length < whole.length; length++) {
            assertEquals(29, client.ask(SEND_BATCH, batch(0), Arrays.copyOf(whole, length)).code());
        }
        assertEquals(0, broker.end("T", 0));
    }

    @Test
    void emptyAndTooLargeBatchesAreRefused() {
        RawClient client = broker.client();

        assertEquals(13, client.ask(SEND_BATCH, batch(0), new byte[0]).code());
        assertEquals(13, client.ask(SEND_BATCH, batch(0), message("x".repeat(200_000), "")).code());
        assertEquals(0, broker.end("T", 0));
    }

    @Test
    void propertiesBeyondTheLimitAreRefusedInEveryMessageOfABatch() {
        byte[] bad = message("one", "k\u0001" + "v".repeat(40_000) + "\u0002");
        RawClient client = broker.client();

        assertEquals(13, client.ask(SEND_BATCH, batch(0), concat(message("two", ""), bad)).code());
        assertEquals(13, client.ask(SEND_BATCH, batch(0), concat(bad, message("two", ""))).code());
        assertEquals(0, broker.end("T", 0));
    }

    private static Map<String, String> batch(int queue) {
        Map<String, String> fields = shortSend("T", queue, "");
        fields.put("m", "true");
        return fields;
    }

    private static byte[] message(String body, String properties) {
        byte[] bodyBytes = text(body);
        byte[] text = text(properties);
        int size = 22 + bodyBytes.length + text.length;
        return ByteBuffer.allocate(size).putInt(size).putInt(0).putInt(0).putInt(9)
                .putInt(bodyBytes.length).put(bodyBytes).putShort((short) text.length).put(text).array();
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
