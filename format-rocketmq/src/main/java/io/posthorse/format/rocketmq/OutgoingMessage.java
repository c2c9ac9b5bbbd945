package io.posthorse.format.rocketmq;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.posthorse.broker.KeyHash;
import io.posthorse.broker.Message;
import io.posthorse.broker.Partition;
import io.posthorse.codec.rocketmq.MessageView;
import io.posthorse.codec.rocketmq.StoredMessage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.zip.CRC32;

/**
 * A message that is about to be written to the log, composed of parts in different arrays: the header, the socket's buffer.
 * One object is used for one message after another.
 */
public final class OutgoingMessage implements Message, IntConsumer {
    private static final byte[] NOTHING = {};
    private final CRC32 crc = new CRC32();

    public int queueId;
    public int flag;
    public int systemFlag;
    public long bornTimestamp;
    public Host bornHost;
    public Host storeHost;
    public int reconsumeTimes;
    public int tag;
    public byte[] topic;
    public int topicAt;
    public int topicLength;
    public byte[] properties;
    public int propertiesAt;
    public int propertiesLength;
    /** Properties that the broker adds, behind the producer's. */
    public byte[] added = NOTHING;

    public int addedLength;
    private int[] keys = new int[16];
    private int keyCount;
    public ByteBuf body;
    public int bodyAt;
    public int bodyLength;

    /** Makes this a copy of a stored message with other properties, for another queue. */
    public void copy(MessageView view, Partition target, Map<String, String> changed, int timesTried, Host at) {
        byte[] name = target.topic().name().getBytes(StandardCharsets.UTF_8);
        byte[] text = MessageView.text(changed).getBytes(StandardCharsets.UTF_8);
        String tags = changed.get("TAGS");
        queueId = target.number();
        flag = view.flag();
        systemFlag = view.systemFlag();
        bornTimestamp = view.bornTimestamp();
        bornHost = new Host(view.bornAddress(), view.bornPort());
        storeHost = at;
        reconsumeTimes = timesTried;
        tag = tags == null ? 0 : tags.hashCode();
        topic = name;
        topicAt = 0;
        topicLength = name.length;
        properties = text;
        propertiesAt = 0;
        propertiesLength = text.length;
        addedLength = 0;
        noKeys();
        int topicHash = KeyHash.text(name, 0, name.length);
        byte[] unique = changed.getOrDefault("UNIQ_KEY", "").getBytes(StandardCharsets.UTF_8);
        MessageKeys.unique(unique, 0, unique.length, topicHash, this);
        byte[] words = changed.getOrDefault("KEYS", "").getBytes(StandardCharsets.UTF_8);
        MessageKeys.words(words, 0, words.length, topicHash, this);
        body = Unpooled.wrappedBuffer(view.bytes());
        bodyAt = view.bodyAt();
        bodyLength = view.bodyLength();
    }

    /**
     * Returns the length of all properties as stored, with a separator before the broker's where the producer left it out.
     */
    public int allPropertiesLength() {
        return propertiesLength + (needsSeparator() ? 1 : 0) + addedLength;
    }

    private boolean needsSeparator() {
        return addedLength > 0 && propertiesLength > 0 && properties[propertiesAt + propertiesLength - 1] != 2;
    }

    /** Returns the system flag with the bits for the lengths of the hosts. */
    public int flags() {
        return systemFlag & ~(StoredMessage.FLAG_BORN_HOST_V6 | StoredMessage.FLAG_STORE_HOST_V6)
                | (bornHost.isV6() ? StoredMessage.FLAG_BORN_HOST_V6 : 0)
                | (storeHost.isV6() ? StoredMessage.FLAG_STORE_HOST_V6 : 0);
    }

    @Override
    public int length() {
        return StoredMessage.size(flags(), bodyLength, topicLength, allPropertiesLength());
    }

    @Override
    public int tag() {
        return tag;
    }

    @Override
    public int keys() {
        return keyCount;
    }

    @Override
    public int key(int i) {
        return keys[i];
    }

    /** Clears the keys of the previous message. */
    public void noKeys() {
        keyCount = 0;
    }

    /** Adds the hash of a key. */
    @Override
    public void accept(int hash) {
        if (keyCount == keys.length) {
            keys = Arrays.copyOf(keys, keyCount * 2);
        }
        keys[keyCount++] = hash;
    }

    @Override
    public byte format() {
        return StoredFormat.ID;
    }

    @Override
    public void write(ByteBuffer out) {
        int start = out.position();
        int bits = flags();
        int storeTimestamp = start + StoredMessage.storeTimestamp(bits);
        int reconsume = start + StoredMessage.reconsumeTimes(bits);
        int bodyStart = start + StoredMessage.bodyLength(bits) + 4;
        out.putLong(start + StoredMessage.TOTAL_SIZE, pair(length(), StoredMessage.MAGIC_VALUE));
        out.putLong(start + StoredMessage.QUEUE_ID, pair(queueId, flag));
        out.putInt(start + StoredMessage.SYSTEM_FLAG, bits).putLong(start + StoredMessage.BORN_TIMESTAMP, bornTimestamp);
        bornHost.write(out, start + StoredMessage.BORN_HOST);
        storeHost.write(out, storeTimestamp + 8);
        out.putLong(reconsume, pair(reconsumeTimes, 0)).putLong(reconsume + 8, pair(0, bodyLength));
        out.putInt(start + StoredMessage.BODY_CRC, writeBody(out, bodyStart));
        writeTail(out);
    }

    private static long pair(int first, int second) {
        return (long) first << 32 | second & 0xFFFF_FFFFL;
    }

    /** Writes the body, leaves the buffer's position behind it, and returns the body's checksum. */
    private int writeBody(ByteBuffer out, int bodyStart) {
        int limit = out.limit();
        out.limit(bodyStart + bodyLength).position(bodyStart);
        body.getBytes(bodyAt, out);
        out.position(bodyStart);
        crc.reset();
        crc.update(out);
        out.limit(limit);
        return (int) crc.getValue() & 0x7FFFFFFF;
    }

    private void writeTail(ByteBuffer out) {
        out.put((byte) topicLength).put(topic, topicAt, topicLength);
        out.putShort((short) allPropertiesLength()).put(properties, propertiesAt, propertiesLength);
        if (needsSeparator()) {
            out.put((byte) 2);
        }
        out.put(added, 0, addedLength);
    }
}
