package io.posthorse.protocol.openwire;

import io.posthorse.broker.KeyHash;
import io.posthorse.broker.Message;
import io.posthorse.broker.MessageTraits;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A JMS message on its way into the log, encoded as {@link StoredForm}. Immutable. */
final class OutgoingJms implements Message {
    private static final int WORD_MAX = 0x7FFF;
    private static final int KEYS_MAX = 32;

    private final byte[] head;
    private final byte[] body;
    private final int bodyAt;
    private final int bodyLength;
    private final int tag;
    private final int[] keys;

    /**
     * Creates a message for a partition.
     *
     * @param topic name of the topic in the broker
     * @param words words that find the message; only the first 32 are kept
     * @param tag its tag, or null
     * @param body contains the message in OpenWire's plain encoding
     */
    OutgoingJms(
            String topic, int partition, MessageTraits traits, List<String> words, String tag, byte[] body, int bodyAt,
            int bodyLength) {
        this.body = body;
        this.bodyAt = bodyAt;
        this.bodyLength = bodyLength;
        this.tag = tag == null || tag.isEmpty() ? 0 : tag.hashCode();
        List<byte[]> found = words.stream().limit(KEYS_MAX).map(OutgoingJms::utf8).toList();
        byte[] name = utf8(topic);
        byte[] group = traits.group() == null ? new byte[0] : utf8(traits.group());
        int size = StoredForm.TOPIC + 4 + name.length + group.length + found.stream().mapToInt(w -> 2 + w.length).sum();
        ByteBuffer out = ByteBuffer.allocate(size);
        int flags = (traits.persistent() ? StoredForm.PERSISTENT : 0) | (traits.closesGroup() ? StoredForm.CLOSES_GROUP : 0);
        out.put(StoredForm.VERSION).put((byte) flags).put((byte) traits.priority()).put((byte) found.size());
        out.putInt(partition).putLong(traits.expiresAtMs()).position(StoredForm.TOPIC);
        put(out, name);
        put(out, group);
        found.forEach(word -> put(out, word));
        this.head = out.array();
        int hash = KeyHash.text(name, 0, name.length);
        this.keys = found.stream().mapToInt(w -> KeyHash.of(hash, KeyHash.text(w, 0, w.length))).toArray();
    }

    private static byte[] utf8(String word) {
        byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
        return bytes.length <= WORD_MAX ? bytes : java.util.Arrays.copyOf(bytes, WORD_MAX);
    }

    private static void put(ByteBuffer out, byte[] word) {
        out.putShort((short) word.length).put(word);
    }

    @Override
    public int length() {
        return head.length + bodyLength;
    }

    @Override
    public int tag() {
        return tag;
    }

    @Override
    public byte format() {
        return StoredForm.ID;
    }

    @Override
    public int keys() {
        return keys.length;
    }

    @Override
    public int key(int i) {
        return keys[i];
    }

    @Override
    public void write(ByteBuffer out) {
        out.put(head).put(body, bodyAt, bodyLength);
    }
}
