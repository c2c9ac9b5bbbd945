package io.posthorse.protocol.rocketmq;

import io.posthorse.broker.Partition;
import io.posthorse.codec.rocketmq.PropertyScanner;
import io.posthorse.platform.Entropy;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/** What the broker must know of a sent message's properties, and the properties it adds. */
final class SendProperties {
    private final PropertyScanner scanner = new PropertyScanner();
    private final Entropy entropy;
    private final byte[] standard;
    private byte[] added = new byte[512];

    int delayLevel;
    boolean isTransaction;
    boolean isTimer;
    byte[] uniqueKeyText;
    int uniqueKeyAt;
    int uniqueKeyLength;

    SendProperties(String cluster, Entropy entropy) {
        this.entropy = entropy;
        String text = property("MSG_REGION", "DefaultRegion") + property("TRACE_ON", "true") + property("CLUSTER", cluster);
        this.standard = text.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(standard, 0, added, 0, standard.length);
    }

    private static String property(String name, String value) {
        return name + (char) PropertyScanner.NAME_END + value + (char) PropertyScanner.VALUE_END;
    }

    /** Reads the producer's properties, sets the message's tag, and adds the broker's own. */
    void read(OutgoingMessage message, long nowMs) {
        delayLevel = 0;
        isTransaction = false;
        isTimer = false;
        uniqueKeyLength = 0;
        uniqueKeyText = message.properties;
        message.tag = scan(message.properties, message.propertiesAt, message.propertiesLength);
        message.added = added;
        message.addedLength = standard.length;
        if (uniqueKeyLength == 0) {
            addUniqueKey(message, nowMs);
        }
    }

    /** Reads a range of properties and returns the tag's hash, 0 where there is none. */
    int scan(byte[] text, int from, int length) {
        int tag = 0;
        scanner.of(text, from, length);
        while (scanner.next()) {
            switch (scanner.nameStart()) {
                case 'T' -> tag = named(text, tag);
                case 'U' -> {
                    if (scanner.is(Fields.UNIQUE_KEY)) {
                        uniqueKeyAt = scanner.value();
                        uniqueKeyLength = scanner.valueLength();
                    }
                }
                case 'D' -> {
                    if (scanner.is(Fields.DELAY)) {
                        delayLevel = scanner.number(0);
                    }
                }
                default -> { }
            }
        }
        return tag;
    }

    private int named(byte[] text, int tag) {
        if (scanner.is(Fields.TAGS)) {
            return hash(text, scanner.value(), scanner.valueLength());
        }
        if (scanner.is(Fields.TRANSACTION)) {
            isTransaction = scanner.valueLength() == 4 && text[scanner.value()] == 't';
        } else if (scanner.nameLength() >= 13 && scanner.startsWith(Fields.TIMER_PREFIX)) {
            isTimer = true;
        }
        return tag;
    }

    /** The hash that Java gives the text. */
    static int hash(byte[] text, int from, int length) {
        int hash = 0;
        for (int i = from; i < from + length; i++) {
            if (text[i] < 0) {
                return new String(text, from, length, StandardCharsets.UTF_8).hashCode();
            }
            hash = hash * 31 + text[i];
        }
        return hash;
    }

    private void addUniqueKey(OutgoingMessage message, long nowMs) {
        HexFormat hex = HexFormat.of().withUpperCase();
        String key = hex.toHexDigits(entropy.nextLong()) + hex.toHexDigits(nowMs);
        uniqueKeyText = key.getBytes(StandardCharsets.US_ASCII);
        uniqueKeyAt = 0;
        uniqueKeyLength = uniqueKeyText.length;
        add(message, property("UNIQ_KEY", key));
    }

    /** Notes where a delayed message is going, as consumers find it in the delivered one. */
    void addRealTarget(OutgoingMessage message, Partition target) {
        add(message, property("REAL_TOPIC", target.topic().name()) + property("REAL_QID", "" + target.number()));
    }

    private void add(OutgoingMessage message, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (added.length < message.addedLength + bytes.length) {
            added = Arrays.copyOf(added, message.addedLength + bytes.length + 512);
            message.added = added;
        }
        System.arraycopy(bytes, 0, added, message.addedLength, bytes.length);
        message.addedLength += bytes.length;
    }
}
