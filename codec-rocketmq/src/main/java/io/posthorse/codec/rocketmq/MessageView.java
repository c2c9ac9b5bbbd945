package io.posthorse.codec.rocketmq;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The parts of a stored message, for requests that change or show one.
 *
 * @param bytes the whole message, see {@link StoredMessage}
 * @param bodyAt index of the body in it
 */
public record MessageView(
        ByteBuffer bytes, int systemFlag, int bodyAt, int bodyLength, String topic, Map<String, String> properties) {

    /**
     * Parses a message.
     *
     * @throws MalformedFrameException where its lengths are inconsistent
     */
    public static MessageView of(ByteBuffer bytes) {
        try {
            int flag = bytes.getInt(StoredMessage.SYSTEM_FLAG);
            int bodyAt = StoredMessage.bodyLength(flag) + 4;
            int bodyLength = bytes.getInt(bodyAt - 4);
            if (bodyLength < 0) {
                throw new MalformedFrameException("stored message: its body has " + bodyLength + " bytes");
            }
            int topicAt = bodyAt + bodyLength + 1;
            int topicLength = bytes.get(topicAt - 1) & 0xFF;
            int propertiesAt = topicAt + topicLength + 2;
            int propertiesLength = bytes.getShort(propertiesAt - 2) & 0xFFFF;
            return new MessageView(
                    bytes, flag, bodyAt, bodyLength, text(bytes, topicAt, topicLength),
                    properties(text(bytes, propertiesAt, propertiesLength)));
        } catch (IndexOutOfBoundsException | NegativeArraySizeException e) {
            throw new MalformedFrameException("stored message: its lengths are inconsistent");
        }
    }

    private static String text(ByteBuffer bytes, int at, int length) {
        byte[] copy = new byte[length];
        bytes.get(at, copy);
        return new String(copy, StandardCharsets.UTF_8);
    }

    /** Returns properties by name, in their order; the last of several with one name wins. */
    public static Map<String, String> properties(String text) {
        Map<String, String> properties = new LinkedHashMap<>();
        for (String pair : text.split("\u0002")) {
            int split = pair.indexOf('\u0001');
            if (split > 0) {
                properties.put(pair.substring(0, split), pair.substring(split + 1));
            }
        }
        return properties;
    }

    /** Returns properties in the form in which a message has them. */
    public static String text(Map<String, String> properties) {
        StringBuilder out = new StringBuilder();
        properties.forEach((name, value) -> out.append(name).append('\u0001').append(value).append('\u0002'));
        return out.toString();
    }

    public int flag() {
        return bytes.getInt(StoredMessage.FLAG);
    }

    public int queueId() {
        return bytes.getInt(StoredMessage.QUEUE_ID);
    }

    public long bornTimestamp() {
        return bytes.getLong(StoredMessage.BORN_TIMESTAMP);
    }

    public int reconsumeTimes() {
        return bytes.getInt(StoredMessage.reconsumeTimes(systemFlag));
    }

    /** Returns the address of the born host, 4 or 16 bytes. */
    public byte[] bornAddress() {
        byte[] address = new byte[StoredMessage.bornHostLength(systemFlag) - 4];
        bytes.get(StoredMessage.BORN_HOST, address);
        return address;
    }

    public int bornPort() {
        return bytes.getInt(StoredMessage.BORN_HOST + StoredMessage.bornHostLength(systemFlag) - 4);
    }

    /** Returns the address of the store host, 4 or 16 bytes. */
    public byte[] storeAddress() {
        byte[] address = new byte[StoredMessage.storeHostLength(systemFlag) - 4];
        bytes.get(StoredMessage.storeTimestamp(systemFlag) + 8, address);
        return address;
    }

    public int storePort() {
        return bytes.getInt(StoredMessage.reconsumeTimes(systemFlag) - 4);
    }
}
