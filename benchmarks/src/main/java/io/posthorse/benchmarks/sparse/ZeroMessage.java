package io.posthorse.benchmarks.sparse;

import io.posthorse.broker.Message;
import io.posthorse.codec.rocketmq.StoredMessage;
import io.posthorse.format.rocketmq.StoredFormat;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** A message with a body of zeros in its stored layout; the object is reused for each message. */
final class ZeroMessage implements Message {
    private static final String KEY = "UNIQ_KEY\u0001";
    private static final int DIGITS = 16;

    private final StoredFormat format = new StoredFormat();
    private final byte[] bytes;
    private final int keyAt;
    private int key;

    ZeroMessage(String topic, int body) {
        byte[] name = topic.getBytes(StandardCharsets.UTF_8);
        byte[] properties = (KEY + "0".repeat(DIGITS)).getBytes(StandardCharsets.UTF_8);
        bytes = new byte[StoredMessage.size(0, body, name.length, properties.length)];
        CRC32 crc = new CRC32();
        crc.update(new byte[body]);
        ByteBuffer out = ByteBuffer.wrap(bytes);
        out.putInt(StoredMessage.TOTAL_SIZE, bytes.length).putInt(StoredMessage.MAGIC, StoredMessage.MAGIC_VALUE);
        out.putInt(StoredMessage.BODY_CRC, (int) crc.getValue() & 0x7FFFFFFF);
        out.position(StoredMessage.bodyLength(0)).putInt(body).position(out.position() + body);
        out.put((byte) name.length).put(name).putShort((short) properties.length).put(properties);
        keyAt = bytes.length - DIGITS;
    }

    /** Changes to the n-th message, which has its own key. */
    ZeroMessage number(long n) {
        for (int i = 0; i < DIGITS; i++) {
            bytes[keyAt + i] = (byte) Character.forDigit((int) (n >>> 4 * (DIGITS - 1 - i)) & 15, 16);
        }
        format.keys(ByteBuffer.wrap(bytes), 0, bytes.length, hash -> key = hash);
        return this;
    }

    @Override
    public int length() {
        return bytes.length;
    }

    @Override
    public int tag() {
        return 0;
    }

    @Override
    public byte format() {
        return StoredFormat.ID;
    }

    @Override
    public int keys() {
        return 1;
    }

    @Override
    public int key(int i) {
        return key;
    }

    @Override
    public void write(ByteBuffer out) {
        out.put(bytes);
    }
}
