package io.posthorse.format.rocketmq;

import io.posthorse.broker.KeyHash;
import io.posthorse.broker.MessageFormat;
import io.posthorse.broker.PlainMessage;
import io.posthorse.codec.rocketmq.PropertyScanner;
import io.posthorse.codec.rocketmq.StoredMessage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.IntConsumer;

/** The format of RocketMQ's stored messages as native bytes. */
public final class StoredFormat implements MessageFormat {
    public static final byte ID = 1;

    private final Host host;

    /** Creates the format for messages of this format only. */
    public StoredFormat() {
        this(new Host(new byte[4], 0));
    }

    /** @param host the broker's address, for messages of other formats when RocketMQ's clients see them */
    public StoredFormat(Host host) {
        this.host = host;
    }

    @Override
    public byte id() {
        return ID;
    }

    @Override
    public String topic(ByteBuffer bytes, int at, int length) {
        if (StoredMessage.propertiesLength(bytes, at, length) < 0) {
            return null;
        }
        int body = at + StoredMessage.bodyLength(bytes.getInt(at + StoredMessage.SYSTEM_FLAG));
        int topic = body + 4 + bytes.getInt(body);
        byte[] name = new byte[bytes.get(topic) & 0xFF];
        bytes.get(topic + 1, name);
        return new String(name, StandardCharsets.UTF_8);
    }

    @Override
    public int partition(ByteBuffer bytes, int at, int length) {
        return bytes.getInt(at + StoredMessage.QUEUE_ID);
    }

    @Override
    public void keys(ByteBuffer bytes, int at, int length, IntConsumer sink) {
        if (StoredMessage.propertiesLength(bytes, at, length) < 0) {
            return;
        }
        int systemFlag = bytes.getInt(at + StoredMessage.SYSTEM_FLAG);
        int bodyAt = at + StoredMessage.bodyLength(systemFlag) + 4;
        int topicAt = bodyAt + bytes.getInt(bodyAt - 4) + 1;
        int topicLength = bytes.get(topicAt - 1) & 0xFF;
        byte[] text = new byte[at + length - topicAt];
        bytes.get(topicAt, text);
        int topic = KeyHash.text(text, 0, topicLength);
        PropertyScanner scanner = new PropertyScanner().of(text, topicLength + 2, text.length - topicLength - 2);
        while (scanner.next()) {
            if (scanner.is(FieldNames.UNIQUE_KEY)) {
                MessageKeys.unique(text, scanner.value(), scanner.valueLength(), topic, sink);
            } else if (scanner.is(FieldNames.KEYS)) {
                MessageKeys.words(text, scanner.value(), scanner.value() + scanner.valueLength(), topic, sink);
            }
        }
    }

    @Override
    public void stamp(ByteBuffer bytes, int at, long offset, long position, long timeMs) {
        bytes.putLong(at + StoredMessage.QUEUE_OFFSET, offset);
        bytes.putLong(at + StoredMessage.PHYSICAL_OFFSET, position);
        int systemFlag = bytes.getInt(at + StoredMessage.SYSTEM_FLAG);
        bytes.putLong(at + StoredMessage.storeTimestamp(systemFlag), timeMs);
        int prepared = at + StoredMessage.preparedPosition(systemFlag);
        if ((systemFlag & StoredMessage.FLAG_TRANSACTION) == StoredMessage.FLAG_COMMITTED && bytes.getLong(prepared) == 0) {
            bytes.putLong(prepared, position); // stored as consumers get it, since a commit only moves it
        }
    }

    @Override
    public void restamp(ByteBuffer bytes, int at, long position) {
        bytes.putLong(at + StoredMessage.PHYSICAL_OFFSET, position);
    }

    @Override
    public PlainMessage plain(ByteBuffer bytes, int at, int length) {
        return PlainMessageReader.of(bytes.slice(at, length));
    }

    @Override
    public ByteBuffer render(PlainMessage message) {
        return PlainMessageReader.render(message, host);
    }
}
