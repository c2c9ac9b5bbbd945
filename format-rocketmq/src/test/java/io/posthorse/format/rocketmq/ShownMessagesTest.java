package io.posthorse.format.rocketmq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.broker.MessageTraits;
import io.posthorse.broker.PlainMessage;
import io.posthorse.codec.rocketmq.StoredMessage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Messages of other protocols as RocketMQ's clients see them. */
class ShownMessagesTest {
    private static final StoredFormat FORMAT = new StoredFormat();

    private static PlainMessage message(String topic, String correlation, Map<String, Object> properties) {
        return new PlainMessage(new PlainMessage.Place(topic, 1, 7, 64, 1_700_000_000_000L), "id-1", correlation, null, null,
                "tag", List.of("key"), new MessageTraits(7, 0, true, null, false), 1_700_000_000_000L, properties,
                new PlainMessage.Text("text"));
    }

    private static int propertiesLength(ByteBuffer shown) {
        int at = StoredMessage.propertiesLength(shown, 0, shown.capacity());
        assertTrue(at > 0, "the lengths are inconsistent");
        return shown.getShort(at) & 0xFFFF;
    }

    @Test
    void propertyThatIsTooLongIsLeftOut() {
        for (int length : new int[] {32_700, 40_000, 70_000}) {
            ByteBuffer shown = FORMAT.render(message("t", "c".repeat(length), Map.of("own", 5)));

            assertTrue(propertiesLength(shown) <= StoredMessage.PROPERTIES_MAX);
            PlainMessage read = FORMAT.plain(shown, 0, shown.capacity());
            assertNull(read.correlationId(), length + " characters");
            assertEquals("id-1", read.id());
            assertEquals(7, read.traits().priority());
            assertEquals(Map.of("own", 5), read.properties());
            assertEquals(new PlainMessage.Text("text"), read.body());
        }
    }

    @Test
    void emptyBodyIsShownAsASpaceForOldConsumers() {
        for (PlainMessage.Body empty : List.of(new PlainMessage.Text(""), new PlainMessage.Bytes(new byte[0]))) {
            PlainMessage sent = new PlainMessage(
                    new PlainMessage.Place("t", 1, 7, 64, 1_700_000_000_000L), "id-1", null, null, null, null, List.of(),
                    new MessageTraits(4, 0, true, null, false), 1_700_000_000_000L, Map.of(), empty);
            ByteBuffer shown = FORMAT.render(sent);
            assertEquals(1, shown.getInt(StoredMessage.bodyLength(0)));
            PlainMessage read = FORMAT.plain(shown, 0, shown.capacity());
            assertEquals(Map.of(), read.properties());
            if (read.body() instanceof PlainMessage.Bytes bytes) {
                assertEquals(0, bytes.bytes().length, "the body is empty again for JMS clients");
            } else {
                assertEquals(new PlainMessage.Text(""), read.body());
            }
        }
    }

    @Test
    void propertyNamesCountInBytes() {
        Map<String, Object> many = new LinkedHashMap<>();
        for (int i = 0; i < 1_000; i++) {
            many.put("名".repeat(40) + i, i);
        }
        ByteBuffer shown = FORMAT.render(message("t", "c", many));

        assertTrue(propertiesLength(shown) <= StoredMessage.PROPERTIES_MAX);
        PlainMessage read = FORMAT.plain(shown, 0, shown.capacity());
        assertEquals("c", read.correlationId());
        assertEquals(0, read.properties().get("名".repeat(40) + 0));
    }

    @Test
    void messageOfATopicWithAnOverlongNameIsNotShown() {
        assertNull(FORMAT.render(message("题".repeat(86), null, Map.of())));
        ByteBuffer shown = FORMAT.render(message("题".repeat(85), null, Map.of()));
        assertEquals("题".repeat(85), FORMAT.topic(shown, 0, shown.capacity()));
    }

    @Test
    void keysAreReadFromTheMessageOnly() {
        ByteBuffer shown = FORMAT.render(message("t", null, Map.of()));
        ByteBuffer record = ByteBuffer.allocate(shown.capacity() + 100).put(100, shown, 0, shown.capacity());
        record.putInt(100 + StoredMessage.bodyLength(0), -150); // a topic that would begin before the message
        List<Integer> found = new ArrayList<>();
        FORMAT.keys(record, 100, shown.capacity(), found::add);
        assertEquals(List.of(), found);
        FORMAT.keys(shown, 0, shown.capacity(), found::add);
        assertEquals(3, found.size());
    }
}
