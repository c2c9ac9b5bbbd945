package io.posthorse.format.rocketmq;

import io.netty.buffer.Unpooled;
import io.posthorse.broker.MessageTraits;
import io.posthorse.broker.PlainMessage;
import io.posthorse.codec.rocketmq.MessageView;
import io.posthorse.codec.rocketmq.StoredMessage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Converts RocketMQ's messages for clients of other protocols, and theirs for RocketMQ's clients: text is UTF-8, maps and
 * lists are JSON, properties are strings with their types in a property of their own.
 */
final class PlainMessageReader {
    /** The kind of a body: {@code text}, {@code map}, {@code stream}, {@code object}; bytes where it is missing. */
    static final String BODY_KIND = "AMQ_MSG_TYPE";

    private static final String TYPES = "x-types";
    private static final String CORRELATION = "CORRELATION_ID";
    private static final String REPLY_TO = "JMSReplyTo";
    private static final String TYPE = "JMSType";
    private static final String PRIORITY = "JMSPriority";
    private static final String EXPIRES = "JMSExpiration";
    private static final String GROUP = "__SHARDINGKEY";
    private static final int TOPIC_BYTES_MAX = 0xFF;

    /** Says that the body is empty: push consumers before 5.0 stop at an empty one, so they get {@link #EMPTY_BODY}. */
    private static final String EMPTY = "x-empty";

    private static final byte[] EMPTY_BODY = {' '};

    /** Names of properties that are not the application's. */
    private static final Set<String> SYSTEM = Set.of(
            "UNIQ_KEY", "KEYS", "TAGS", "WAIT", "DELAY", "CLUSTER", "TRACE_ON", "MSG_REGION", "REAL_TOPIC", "REAL_QID",
            "TIMER_DELIVER_MS", "TIMER_DELAY_SEC", "TIMER_DELAY_MS", "TIMER_OUT_MS", "POSTHORSE_DELIVER_MS",
            "POSTHORSE_DELAY_MS", "__STARTDELIVERTIME", "TRAN_MSG", "PGROUP", "__transactionId__", "MIN_OFFSET",
            "MAX_OFFSET", "INSTANCE_ID", "INNER_NUM", "POP_CK", "1ST_POP_TIME", EMPTY, BODY_KIND, TYPES,
            CORRELATION, REPLY_TO, TYPE, PRIORITY, EXPIRES,
            GROUP);

    private PlainMessageReader() {}

    static PlainMessage of(ByteBuffer bytes) {
        MessageView view = MessageView.of(bytes);
        Map<String, String> properties = view.properties();
        int flags = view.systemFlag();
        PlainMessage.Place place = new PlainMessage.Place(
                view.topic(), view.queueId(), bytes.getLong(StoredMessage.QUEUE_OFFSET),
                bytes.getLong(StoredMessage.PHYSICAL_OFFSET), bytes.getLong(StoredMessage.storeTimestamp(flags)));
        String keys = properties.getOrDefault("KEYS", "").strip();
        MessageTraits traits = new MessageTraits(
                (int) number(properties.get(PRIORITY), MessageTraits.PRIORITY_STANDARD),
                number(properties.get(EXPIRES), 0), true, properties.get(GROUP), false);
        return new PlainMessage(
                place, properties.get("UNIQ_KEY"), properties.get(CORRELATION), properties.get(REPLY_TO),
                properties.get(TYPE), properties.get("TAGS"), keys.isEmpty() ? List.of() : List.of(keys.split("\\s+")),
                traits, view.bornTimestamp(), own(properties),
                body(view, properties.getOrDefault(BODY_KIND, ""), properties.containsKey(EMPTY)));
    }

    private static long number(String text, long otherwise) {
        try {
            return text == null ? otherwise : Long.parseLong(text);
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }

    private static Map<String, Object> own(Map<String, String> properties) {
        Map<String, Object> own = new LinkedHashMap<>();
        Map<String, String> types = types(properties.getOrDefault(TYPES, ""));
        properties.forEach((name, value) -> {
            if (!SYSTEM.contains(name)) {
                own.put(name, typed(value, types.getOrDefault(name, "")));
            }
        });
        return own;
    }

    private static Map<String, String> types(String text) {
        Map<String, String> types = new LinkedHashMap<>();
        for (String part : text.split(",")) {
            int colon = part.lastIndexOf(':');
            if (colon > 0) {
                types.put(part.substring(0, colon), part.substring(colon + 1));
            }
        }
        return types;
    }

    private static Object typed(String value, String type) {
        try {
            return switch (type) {
                case "Boolean" -> Boolean.valueOf(value);
                case "Byte" -> Byte.valueOf(value);
                case "Short" -> Short.valueOf(value);
                case "Integer" -> Integer.valueOf(value);
                case "Long" -> Long.valueOf(value);
                case "Float" -> Float.valueOf(value);
                case "Double" -> Double.valueOf(value);
                default -> value;
            };
        } catch (NumberFormatException e) {
            return value;
        }
    }

    private static PlainMessage.Body body(MessageView view, String kind, boolean isEmpty) {
        byte[] raw = new byte[view.bodyLength()];
        view.bytes().get(view.bodyAt(), raw);
        if (isEmpty && Arrays.equals(raw, EMPTY_BODY)) {
            raw = new byte[0];
        }
        byte[] body = Compression.plain(raw, view.systemFlag());
        if (body == null) {
            return new PlainMessage.Bytes(raw);
        }
        switch (kind) {
            case "text" -> {
                return new PlainMessage.Text(new String(body, StandardCharsets.UTF_8));
            }
            case "map" -> {
                Map<String, Object> fields = PlainFields.fields(body);
                return fields == null ? new PlainMessage.Bytes(body) : new PlainMessage.Fields(fields);
            }
            case "stream" -> {
                List<Object> values = PlainFields.values(body);
                return values == null ? new PlainMessage.Bytes(body) : new PlainMessage.Sequence(values);
            }
            case "object" -> {
                return new PlainMessage.Opaque(body);
            }
            default -> {
                return new PlainMessage.Bytes(body);
            }
        }
    }

    // ---- from other protocols

    /** Converts a message; returns null where the name of its topic is too long. */
    static ByteBuffer render(PlainMessage plain, Host host) {
        byte[] topic = plain.place().topic().getBytes(StandardCharsets.UTF_8);
        if (topic.length > TOPIC_BYTES_MAX) {
            return null;
        }
        byte[] body = switch (plain.body()) {
            case PlainMessage.Bytes bytes -> bytes.bytes();
            case PlainMessage.Opaque opaque -> opaque.bytes();
            case PlainMessage.Text text -> text.text().getBytes(StandardCharsets.UTF_8);
            case PlainMessage.Fields fields -> PlainFields.json(fields.values());
            case PlainMessage.Sequence sequence -> PlainFields.json(sequence.values());
        };
        byte[] properties = properties(plain, body.length == 0);
        if (body.length == 0) {
            body = EMPTY_BODY;
        }
        OutgoingMessage message = new OutgoingMessage();
        message.queueId = plain.place().partition();
        message.bornTimestamp = plain.createdMs();
        message.bornHost = host;
        message.storeHost = host;
        message.topic = topic;
        message.topicLength = topic.length;
        message.properties = properties;
        message.propertiesLength = properties.length;
        message.body = Unpooled.wrappedBuffer(body);
        message.bodyLength = body.length;
        ByteBuffer out = ByteBuffer.allocate(message.length());
        message.write(out);
        new StoredFormat().stamp(out, 0, plain.place().offset(), plain.place().position(), plain.place().storedMs());
        return out.clear();
    }

    private static byte[] properties(PlainMessage plain, boolean isEmpty) {
        Map<String, String> all = new LinkedHashMap<>();
        String id = plain.id() == null ? "" : plain.id();
        List<String> keys = new ArrayList<>(plain.keys());
        if (!id.isEmpty()) {
            keys.addFirst(id);
        }
        if (plain.traits().priority() != MessageTraits.PRIORITY_STANDARD) {
            put(all, PRIORITY, Integer.toString(plain.traits().priority()));
        }
        if (plain.traits().expiresAtMs() > 0) {
            put(all, EXPIRES, Long.toString(plain.traits().expiresAtMs()));
        }
        put(all, BODY_KIND, switch (plain.body()) {
            case PlainMessage.Bytes bytes -> null;
            case PlainMessage.Text text -> "text";
            case PlainMessage.Fields fields -> "map";
            case PlainMessage.Sequence sequence -> "stream";
            case PlainMessage.Opaque opaque -> "object";
        });
        put(all, EMPTY, isEmpty ? "true" : null);
        putFitting(all, "UNIQ_KEY", id);
        putFitting(all, "KEYS", String.join(" ", keys));
        putFitting(all, "TAGS", plain.tag());
        putFitting(all, CORRELATION, plain.correlationId());
        putFitting(all, REPLY_TO, plain.replyTo());
        putFitting(all, TYPE, plain.type());
        putFitting(all, GROUP, plain.traits().group());
        putOwn(all, plain.properties());
        return MessageView.text(all).getBytes(StandardCharsets.UTF_8);
    }

    /** Adds the application's properties as far as they fit: RocketMQ's clients take 32 KiB of properties. */
    private static void putOwn(Map<String, String> all, Map<String, Object> own) {
        StringBuilder types = new StringBuilder();
        int room = room(all) - 64;
        for (Map.Entry<String, Object> property : own.entrySet()) {
            Object value = property.getValue();
            if (value == null || SYSTEM.contains(property.getKey())) {
                continue;
            }
            String text = value instanceof String string ? string : String.valueOf(value);
            String type = value instanceof String ? "" : value.getClass().getSimpleName();
            int size = 2 * utf8Length(property.getKey()) + utf8Length(text) + type.length() + 4;
            if (size > room) {
                continue;
            }
            room -= size;
            put(all, property.getKey(), text);
            if (!type.isEmpty()) {
                types.append(types.isEmpty() ? "" : ",").append(property.getKey()).append(':').append(type);
            }
        }
        put(all, TYPES, types.toString());
    }

    private static int utf8Length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static int room(Map<String, String> all) {
        return StoredMessage.PROPERTIES_MAX - utf8Length(MessageView.text(all));
    }

    /** Adds a property unless it is too long, as a correlation id may be: clients cannot read a list that is too long. */
    private static void putFitting(Map<String, String> all, String name, String value) {
        if (value != null && utf8Length(name) + utf8Length(value) + 2 <= room(all) - 64) {
            put(all, name, value);
        }
    }

    private static void put(Map<String, String> all, String name, String value) {
        if (value != null && !value.isEmpty() && clean(name).equals(name)) {
            all.put(name, clean(value));
        }
    }

    /** Replaces the characters that separate properties. */
    private static String clean(String text) {
        return text.indexOf(1) < 0 && text.indexOf(2) < 0 ? text : text.replace((char) 1, ' ').replace((char) 2, ' ');
    }
}
