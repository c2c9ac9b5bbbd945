package io.posthorse.protocol.openwire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.apache.activemq.command.ActiveMQDestination;
import org.apache.activemq.command.ActiveMQQueue;
import org.apache.activemq.command.ActiveMQTempQueue;
import org.apache.activemq.command.ActiveMQTempTopic;
import org.apache.activemq.command.ActiveMQTopic;

/**
 * The broker's names of JMS destinations and subscriptions. A queue is the topic of its name; a JMS topic has a prefix,
 * since a queue and a topic of one name are different destinations. Characters that other clients do not allow in a name
 * are written as % and two hexadecimal digits.
 */
final class JmsNames {
    /** Maximum length of a destination's name, in bytes of UTF-8. */
    static final int BYTES_MAX = 1_024;

    /** Prefix of JMS topics that are the other clients' topics, with a subscription for each subscriber. */
    static final String SHARED_TOPIC = "rocketmq.";

    /** Prefix of the broker's names of JMS topics. */
    static final String TOPIC = "TOPIC%";

    private static final String TEMP_QUEUE = "TEMP-QUEUE%";
    private static final String TEMP_TOPIC = "TEMP-TOPIC%";
    private static final String SUBSCRIPTION = "JMS-";
    private static final String UNNAMEABLE = "unnameable.";

    private JmsNames() {}

    /** Returns the broker's topic name of a destination that is neither composite nor a pattern. */
    static String topic(ActiveMQDestination destination) {
        String name = destination.getPhysicalName();
        if (destination.isTemporary()) {
            return (destination.isQueue() ? TEMP_QUEUE : TEMP_TOPIC) + escape(name, false);
        }
        if (destination.isQueue()) {
            return escape(name, false);
        }
        return name.startsWith(SHARED_TOPIC)
                ? escape(name.substring(SHARED_TOPIC.length()), false)
                : TOPIC + escape(name, false);
    }

    /**
     * Returns the destination of a topic for JMS clients. Some names of other clients' topics cannot be destinations; such
     * a topic gets a placeholder name in advisories, by which it cannot be used.
     */
    static ActiveMQDestination destination(String topic) {
        try {
            ActiveMQDestination found = read(topic);
            if (!found.isComposite() && topic(found).equals(topic)) {
                return found;
            }
        } catch (IllegalArgumentException e) {
            // handled below
        }
        return new ActiveMQQueue(UNNAMEABLE + HexFormat.of().formatHex(topic.getBytes(StandardCharsets.UTF_8)));
    }

    private static ActiveMQDestination read(String topic) {
        if (topic.startsWith(TOPIC)) {
            return new ActiveMQTopic(unescape(topic.substring(TOPIC.length())));
        }
        if (topic.startsWith(TEMP_QUEUE)) {
            return new ActiveMQTempQueue(unescape(topic.substring(TEMP_QUEUE.length())));
        }
        if (topic.startsWith(TEMP_TOPIC)) {
            return new ActiveMQTempTopic(unescape(topic.substring(TEMP_TOPIC.length())));
        }
        return new ActiveMQQueue(unescape(topic));
    }

    static boolean isTemporary(String topic) {
        return (topic.startsWith(TEMP_QUEUE) || topic.startsWith(TEMP_TOPIC)) && destination(topic).isTemporary();
    }

    /** Returns the name of the subscription that the consumers of a queue share. */
    static String queueSubscription(String queue) {
        return SUBSCRIPTION + escape(queue, true);
    }

    /** Returns the queue, or pattern of queues, whose consumers share a subscription; null for another subscription. */
    static ActiveMQQueue queueOf(String subscription) {
        if (!subscription.startsWith(SUBSCRIPTION) || isDurable(subscription)) {
            return null;
        }
        String queue = unescape(subscription.substring(SUBSCRIPTION.length()));
        return queue.isEmpty() || !queueSubscription(queue).equals(subscription) ? null : new ActiveMQQueue(queue);
    }

    /** Returns the name of a durable subscription to a topic. */
    static String durableSubscription(String clientId, String name) {
        return SUBSCRIPTION + escape(clientId, true) + "|" + escape(name, true);
    }

    /** Returns whether a subscription of JMS clients is a durable one, not a queue's. */
    static boolean isDurable(String subscription) {
        return subscription.startsWith(SUBSCRIPTION) && subscription.indexOf('|') >= 0;
    }

    private static String escape(String name, boolean strict) {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        StringBuilder escaped = new StringBuilder(utf8.length + 8);
        for (int i = 0; i < utf8.length; i++) {
            char c = (char) (utf8[i] & 0xFF);
            boolean plain = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-'
                    || !strict && (c == '|' || c == '%' && !isEscape(utf8, i));
            if (plain) {
                escaped.append(c);
            } else {
                escaped.append('%').append(hex(c >> 4)).append(hex(c & 15));
            }
        }
        return escaped.toString();
    }

    private static boolean isEscape(byte[] text, int at) {
        return at + 2 < text.length && digit((char) text[at + 1]) >= 0 && digit((char) text[at + 2]) >= 0;
    }

    private static char hex(int digit) {
        return Character.toUpperCase(Character.forDigit(digit, 16));
    }

    private static int digit(char c) {
        return c < 128 ? Character.digit(c, 16) : -1;
    }

    private static String unescape(String name) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(text.length);
        for (int i = 0; i < text.length; i++) {
            if (text[i] == '%' && isEscape(text, i)) {
                out.put((byte) (digit((char) text[i + 1]) << 4 | digit((char) text[i + 2])));
                i += 2;
            } else {
                out.put(text[i]);
            }
        }
        return new String(out.array(), 0, out.position(), StandardCharsets.UTF_8);
    }
}
