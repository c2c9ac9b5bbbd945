package io.posthorse.codec.rocketmq;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

/** The layout of a stored message, compared with messages that a RocketMQ broker sent. */
class MessageViewTest {
    private static final byte[] CAPTURED = HexFormat.of().parseHex(Golden.load("011_pull_found").body());

    private static ByteBuffer first() {
        return ByteBuffer.wrap(CAPTURED).slice(0, ByteBuffer.wrap(CAPTURED).getInt());
    }

    @Test
    void capturedMessageHasTheExpectedValues() {
        ByteBuffer bytes = first();
        MessageView view = MessageView.of(bytes);

        assertEquals("GoldenTopic", view.topic());
        assertEquals("hello-golden", text(view));
        assertEquals("tagA", view.properties().get("TAGS"));
        assertEquals("k1 k2", view.properties().get("KEYS"));
        assertEquals("DefaultCluster", view.properties().get("CLUSTER"));
        assertEquals(0, view.queueId());
        assertEquals(0, view.flag());
        assertEquals(0, view.reconsumeTimes());
        assertEquals(1_700_000_000_000L, view.bornTimestamp());
        assertArrayEquals(new byte[] {127, 0, 0, 1}, view.bornAddress());
        assertEquals(0xC9AC, view.bornPort());
    }

    @Test
    void layoutMatchesCapturedMessages() {
        ByteBuffer bytes = ByteBuffer.wrap(CAPTURED);
        int at = 0;
        int count = 0;
        while (at < CAPTURED.length) {
            ByteBuffer message = bytes.slice(at, bytes.getInt(at));
            MessageView view = MessageView.of(message);
            byte[] body = text(view).getBytes(UTF_8);
            CRC32 crc = new CRC32();
            crc.update(body);
            int properties = message.getShort(view.bodyAt() + body.length + 1 + "GoldenTopic".length());

            assertEquals(StoredMessage.MAGIC_VALUE, message.getInt(StoredMessage.MAGIC));
            assertEquals((int) crc.getValue() & 0x7FFFFFFF, message.getInt(StoredMessage.BODY_CRC));
            assertEquals(count, message.getLong(StoredMessage.QUEUE_OFFSET));
            assertEquals(0x1579DF + count * 0xFDL, message.getLong(StoredMessage.PHYSICAL_OFFSET));
            assertTrue(message.getLong(StoredMessage.storeTimestamp(0)) > view.bornTimestamp());
            assertEquals(message.capacity(), StoredMessage.size(0, body.length, "GoldenTopic".length(), properties));
            at += message.capacity();
            count++;
        }
        assertEquals(2, count);
    }

    @Test
    void ipv6AddressesShiftTheLaterFields() {
        int flags = StoredMessage.FLAG_BORN_HOST_V6 | StoredMessage.FLAG_STORE_HOST_V6;

        assertEquals(StoredMessage.storeTimestamp(0) + 12, StoredMessage.storeTimestamp(flags));
        assertEquals(StoredMessage.reconsumeTimes(0) + 24, StoredMessage.reconsumeTimes(flags));
        assertEquals(StoredMessage.bodyLength(0) + 24, StoredMessage.bodyLength(flags));
        assertEquals(StoredMessage.bodyLength(0) + 12, StoredMessage.bodyLength(StoredMessage.FLAG_BORN_HOST_V6));
    }

    /** The fields behind the body are consistent, read from where a negative length leads. */
    @Test
    void negativeBodyLengthIsMalformed() {
        byte[] bytes = new byte[StoredMessage.bodyLength(0) + 4 + 64];
        ByteBuffer.wrap(bytes).putInt(StoredMessage.bodyLength(0), -40);
        assertThrows(MalformedFrameException.class, () -> MessageView.of(ByteBuffer.wrap(bytes)));
    }

    @Test
    void prefixesAndFlippedBitsCauseOnlyMalformedFrameException() {
        byte[] whole = new byte[first().capacity()];
        first().get(whole);
        for (int length = 0; length < whole.length; length++) {
            ByteBuffer prefix = ByteBuffer.wrap(whole).slice(0, length);
            assertThrows(MalformedFrameException.class, () -> MessageView.of(prefix), "" + length);
        }
        int refused = 0;
        for (int at = 0; at < whole.length; at++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] changed = whole.clone();
                changed[at] ^= (byte) (1 << bit);
                try {
                    MessageView.of(ByteBuffer.wrap(changed));
                } catch (MalformedFrameException expected) {
                    refused++;
                }
            }
        }
        assertTrue(refused > 20, "only " + refused + " changes were refused");
    }

    private static String text(MessageView view) {
        byte[] body = new byte[view.bodyLength()];
        view.bytes().get(view.bodyAt(), body);
        return new String(body, UTF_8);
    }
}
