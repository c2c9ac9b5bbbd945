package io.posthorse.protocol.rocketmq;

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
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.zip.CRC32;

/**
 * A message on its way into the log, gathered from where its parts stand: the header array, the socket's buffer. One
 * object serves one message after another.
 */
final class OutgoingMessage implements Message, IntConsumer {
    private static final byte[] NOTHING = {};
    private final CRC32 crc = new CRC32();

    int queueId;
    int flag;
    int systemFlag;
    long bornTimestamp;
    Host bornHost;
    Host storeHost;
    int reconsumeTimes;
    int tag;
    byte[] topic;
    int topicAt;
    int topicLength;
    byte[] properties;
    int propertiesAt;
    int propertiesLength;
    /** Properties of the broker's own, behind the producer's. */
    byte[] added = NOTHING;

    int addedLength;
    private int[] keys = new int[16];
    private int keyCount;
    ByteBuf body;
    int bodyAt;
    int bodyLength;

    /** Becomes a copy of a stored message with other properties, on its way to another queue. */
    void copy(MessageView view, Partition target, Map<String, String> changed, int timesTried, Host at) {
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
        for (String key : List.of("UNIQ_KEY", "KEYS")) {
            byte[] words = changed.getOrDefault(key, "").getBytes(StandardCharsets.UTF_8);
            MessageKeys.words(words, 0, words.length, topicHash, this);
        }
        body = Unpooled.wrappedBuffer(view.bytes());
        bodyAt = view.bodyAt();
        bodyLength = view.bodyLength();
    }

    /** Properties as stored: a separator is put between the producer's and ours where the producer left it out. */
    int allPropertiesLength() {
        return propertiesLength + (needsSeparator() ? 1 : 0) + addedLength;
    }

    private boolean needsSeparator() {
        return addedLength > 0 && propertiesLength > 0 && properties[propertiesAt + propertiesLength - 1] != 2;
    }

    /** The system flag with the bits that say how long the hosts are. */
    int flags() {
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

    /** Forgets the keys of the message before. */
    void noKeys() {
        keyCount = 0;
    }

    /** Takes the hash of a key. */
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
        int limit = out.limit();
        out.putInt(length()).putInt(StoredMessage.MAGIC_VALUE).putInt(0).putInt(queueId).putInt(flag);
        out.putLong(0).putLong(0).putInt(flags()).putLong(bornTimestamp);
        bornHost.write(out);
        out.putLong(0);
        storeHost.write(out);
        out.putInt(reconsumeTimes).putLong(0).putInt(bodyLength);
        int bodyStart = out.position();
        out.limit(bodyStart + bodyLength);
        body.getBytes(bodyAt, out);
        out.position(bodyStart);
        crc.reset();
        crc.update(out);
        out.limit(limit);
        out.putInt(start + StoredMessage.BODY_CRC, (int) crc.getValue() & 0x7FFFFFFF);
        out.put((byte) topicLength).put(topic, topicAt, topicLength);
        out.putShort((short) allPropertiesLength()).put(properties, propertiesAt, propertiesLength);
        if (needsSeparator()) {
            out.put((byte) 2);
        }
        out.put(added, 0, addedLength);
    }
}
