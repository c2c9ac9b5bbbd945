package io.posthorse.format.rocketmq;

import io.posthorse.broker.KeyHash;
import io.posthorse.broker.Partition;
import io.posthorse.codec.rocketmq.PropertyScanner;
import io.posthorse.platform.Entropy;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.LongSupplier;

/** The properties of a sent message that matter to the broker, and those that the broker adds. */
public final class SendProperties {
    /** Seconds until the year 5138: no later time is valid. */
    private static final long SECONDS_MAX = 100_000_000_000L;

    public static final int NO_NUMBER = Integer.MIN_VALUE;
    /** More than the number of levels that can be configured. */
    private static final int LEVEL_MAX = 1_000_000;

    private final PropertyScanner scanner = new PropertyScanner();
    private final Entropy entropy;
    private final byte[] standard;
    private byte[] added = new byte[512];
    private OutgoingMessage message;
    private int topicHash;
    private final LongSupplier clock;
    private int timePrecedence;
    private boolean hasReceipt;
    private boolean wasTimed;
    private boolean isSharded;
    private int priority;

    /** The delay level; 0 where there is none, {@link #NO_NUMBER} where it is not a number. */
    public int delayLevel;
    public boolean isTransaction;
    /** When the message is due, ms since 1970; 0 where it has no time, -1 where its time is invalid. */
    public long dueMs;
    /** Ms in which the producer must not be asked about the transaction; -1 where the message does not say. */
    public long immunityMs;

    public byte[] uniqueKeyText;
    public int uniqueKeyAt;
    public int uniqueKeyLength;

    /** @param clock time in ms, from which delays count, since the time of the turn may be some ms old */
    public SendProperties(String cluster, Entropy entropy, LongSupplier clock) {
        this.clock = clock;
        this.entropy = entropy;
        String text = property("MSG_REGION", "DefaultRegion") + property("TRACE_ON", "true") + property("CLUSTER", cluster);
        this.standard = text.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(standard, 0, added, 0, standard.length);
    }

    private static String property(String name, String value) {
        return name + (char) PropertyScanner.NAME_END + value + (char) PropertyScanner.VALUE_END;
    }

    /** Reads the producer's properties, sets the message's tag, and adds the broker's properties. */
    public void read(OutgoingMessage message, long nowMs) {
        delayLevel = 0;
        isTransaction = false;
        uniqueKeyLength = 0;
        uniqueKeyText = message.properties;
        scan(message);
        message.added = added;
        message.addedLength = standard.length;
        if (uniqueKeyLength == 0) {
            addUniqueKey(message, nowMs);
        }
    }

    /** Returns the priority of a message that is neither in a transaction, delayed, nor in an order; otherwise -1. */
    public int priority() {
        return isTransaction || delayLevel != 0 || dueMs != 0 || isSharded ? -1 : priority;
    }

    /** Reads a message's properties, and sets its tag and its keys. */
    public void scan(OutgoingMessage of) {
        topicHash = KeyHash.text(of.topic, of.topicAt, of.topicLength);
        scanNext(of);
    }

    /** Does the same for a message to the topic of the previous one. */
    public void scanNext(OutgoingMessage of) {
        message = of;
        of.noKeys();
        of.tag = scan(of.properties, of.propertiesAt, of.propertiesLength);
        message = null;
        if (hasReceipt) {
            removeReceipt(of);
        }
    }

    /** Removes the receipt of the lease under which a forwarded message was received: it does not apply to later leases. */
    private void removeReceipt(OutgoingMessage of) {
        byte[] kept = new byte[of.propertiesLength];
        int length = 0;
        scanner.of(of.properties, of.propertiesAt, of.propertiesLength);
        while (scanner.next()) {
            if (!scanner.is(FieldNames.POP_RECEIPT)) {
                int from = scanner.value() - 1 - scanner.nameLength();
                int bytes = scanner.nameLength() + 1 + scanner.valueLength();
                System.arraycopy(of.properties, from, kept, length, bytes);
                length += bytes;
                if (length < kept.length) {
                    kept[length++] = PropertyScanner.VALUE_END;
                }
            }
        }
        of.properties = kept;
        of.propertiesAt = 0;
        of.propertiesLength = length;
    }

    private void uniqueKey(byte[] text) {
        uniqueKeyAt = scanner.value();
        uniqueKeyLength = scanner.valueLength();
        if (message != null) {
            MessageKeys.unique(text, uniqueKeyAt, uniqueKeyLength, topicHash, message);
        }
    }

    private void keys(byte[] text) {
        if (message != null) {
            MessageKeys.words(text, scanner.value(), scanner.value() + scanner.valueLength(), topicHash, message);
        }
    }

    /** Reads the delivery times in properties; delays count from now. */
    public void scan(byte[] text) {
        delayLevel = 0;
        scan(text, 0, text.length);
    }

    /** Reads a range of properties and returns the tag's hash; 0 where there is no tag. */
    public int scan(byte[] text, int from, int length) {
        int tag = 0;
        dueMs = 0;
        hasReceipt = false;
        wasTimed = false;
        priority = -1;
        isSharded = false;
        immunityMs = -1;
        timePrecedence = 0;
        scanner.of(text, from, length);
        while (scanner.next()) {
            switch (scanner.nameStart()) {
                case 'T' -> tag = named(text, tag);
                case 'U' -> {
                    if (scanner.is(FieldNames.UNIQUE_KEY)) {
                        uniqueKey(text);
                    }
                }
                case 'K' -> {
                    if (scanner.is(FieldNames.KEYS)) {
                        keys(text);
                    }
                }
                case 'D' -> {
                    if (scanner.is(FieldNames.DELAY)) {
                        delayLevel = level(text);
                    }
                }
                case 'C' -> {
                    if (scanner.is(FieldNames.CHECK_IMMUNITY_SECONDS)) {
                        immunityMs = scanner.longNumber(-1) < 0 ? -1 : Math.min(scanner.longNumber(0), SECONDS_MAX) * 1_000;
                    }
                }
                case 'P' -> {
                    if (scanner.is(FieldNames.POP_RECEIPT)) {
                        hasReceipt = true;
                    } else if (scanner.is(FieldNames.OUR_DELIVER_MS)) {
                        due(2, 0, 1);
                    } else if (scanner.is(FieldNames.OUR_DELAY_MS)) {
                        due(3, clock.getAsLong(), 1);
                    }
                }
                case '_' -> {
                    if (scanner.is(FieldNames.START_DELIVER_TIME)) {
                        due(1, 0, 1);
                    } else if (scanner.is(FieldNames.PRIORITY)) {
                        priority = scanner.number(-1);
                    } else if (scanner.is(FieldNames.SHARDING_KEY)) {
                        isSharded = true;
                    }
                }
                default -> { }
            }
        }
        if (wasTimed) {
            dueMs = 0; // it was delivered at its time before: this is a forwarded copy
        }
        return tag;
    }

    /** Returns a delay level; 0 where it is below 1, {@link #NO_NUMBER} where it is not a number. */
    private int level(byte[] text) {
        if (scanner.valueLength() > 1 && text[scanner.value()] == '-') {
            return NO_NUMBER == number(text, scanner.value() + 1, scanner.valueLength() - 1) ? NO_NUMBER : 0;
        }
        return number(text, scanner.value(), scanner.valueLength());
    }

    private static int number(byte[] text, int from, int length) {
        int result = 0;
        for (int i = from; i < from + length; i++) {
            if (text[i] < '0' || text[i] > '9') {
                return NO_NUMBER;
            }
            result = Math.min(LEVEL_MAX, result * 10 + text[i] - '0');
        }
        return length == 0 ? NO_NUMBER : result;
    }

    /** Sets the time; where a message has several, the one with the highest precedence counts. */
    private void due(int precedence, long from, int unitMs) {
        if (precedence > timePrecedence) {
            timePrecedence = precedence;
            long amount = scanner.longNumber(-1);
            dueMs = amount < 0 || amount > SECONDS_MAX * 1_000 ? -1 : from + amount * unitMs;
        }
    }

    private int named(byte[] text, int tag) {
        if (scanner.is(FieldNames.TAGS)) {
            return hash(text, scanner.value(), scanner.valueLength());
        }
        if (scanner.is(FieldNames.TRANSACTION)) {
            isTransaction = scanner.valueLength() == 4 && text[scanner.value()] == 't';
        } else if (scanner.is(FieldNames.TIMER_OUT_MS)) {
            wasTimed = true;
        } else if (scanner.is(FieldNames.TIMER_DELIVER_MS)) {
            due(4, 0, 1);
        } else if (scanner.is(FieldNames.TIMER_DELAY_MS)) {
            due(5, clock.getAsLong(), 1);
        } else if (scanner.is(FieldNames.TIMER_DELAY_SECONDS)) {
            due(6, clock.getAsLong(), 1_000);
        }
        return tag;
    }

    /** Returns the hash code of the text as a Java string. */
    public static int hash(byte[] text, int from, int length) {
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
        MessageKeys.unique(uniqueKeyText, 0, uniqueKeyLength, topicHash, message);
        add(message, property("UNIQ_KEY", key));
    }

    /** Adds the target of a delayed message, which consumers see in the delivered message. */
    public void addRealTarget(OutgoingMessage message, Partition target) {
        add(message, property("REAL_TOPIC", target.topic().name()) + property("REAL_QID", "" + target.number()));
    }

    /** Adds the time at which a message with a time of its own is due. */
    public void addDue(OutgoingMessage message) {
        add(message, property("TIMER_OUT_MS", Long.toString(dueMs)));
    }

    /** Adds the transaction's id, which is the message's id. */
    public void addTransaction(OutgoingMessage message) {
        add(message, property("__transactionId__", uniqueKey()));
    }

    public String uniqueKey() {
        return new String(uniqueKeyText, uniqueKeyAt, uniqueKeyLength, StandardCharsets.UTF_8);
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
