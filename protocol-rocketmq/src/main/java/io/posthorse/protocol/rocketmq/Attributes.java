package io.posthorse.protocol.rocketmq;

import io.posthorse.codec.rocketmq.JsonValue;
import io.posthorse.codec.rocketmq.JsonWriter;
import io.posthorse.codec.rocketmq.MalformedFrameException;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Attributes of topics and groups. Those that RocketMQ knows are stored and returned unchanged; all others are refused, as
 * in RocketMQ. Fields of RocketMQ that mean nothing to the core are stored among them, under names that begin with {@link
 * #FIELD} and are not shown.
 */
final class Attributes {
    static final String FIELD = "#";
    /** The attributes of topics in RocketMQ 5.5.0. */
    static final Set<String> OF_TOPICS =
            Set.of("message.type", "queue.type", "cleanup.policy", "reserve.time", "lite.topic.expiration");

    /** The attributes of groups in RocketMQ 5.5.0. */
    static final Set<String> OF_GROUPS = Set.of("priority.factor", "lite.bind.topic", "lite.sub.wildcard", "lite.sub.model",
            "lite.sub.reset.offset.exclusive", "lite.sub.reset.offset.unsubscribe", "lite.sub.client.quota",
            "lite.sub.client.max.event.cnt");

    private static final int COUNT_MAX = 64;
    private static final int CHARS_MAX = 8_192;

    private Attributes() {}

    /**
     * Changes attributes by a text {@code +key=value,-key}.
     *
     * @param known names that are allowed
     * @throws MalformedFrameException where the text has another form, or there would be too many attributes
     */
    static void alter(SortedMap<String, String> attributes, String changes, Set<String> known) {
        if (changes == null || changes.isBlank()) {
            return;
        }
        for (String change : changes.split(",")) {
            int sign = change.indexOf('=');
            if (change.startsWith("+") && sign > 1) {
                attributes.put(key(change.substring(1, sign), known), change.substring(sign + 1));
            } else if (change.startsWith("-") && change.length() > 1) {
                attributes.remove(key(change.substring(1)));
            } else {
                throw new MalformedFrameException("the attributes were not changed: \"" + change
                        + "\" is neither +key=value nor -key");
            }
        }
        check(attributes);
    }

    /** Changes attributes by an object with members {@code "+key":"value"}, {@code "-key":""} or {@code "key":"value"}. */
    static void alter(SortedMap<String, String> attributes, JsonValue.Obj changes, Set<String> known) {
        for (JsonValue.Member member : changes.members()) {
            String name = member.name();
            if (name.startsWith("-")) {
                attributes.remove(key(name.substring(1)));
            } else {
                attributes.put(key(name.startsWith("+") ? name.substring(1) : name, known), changes.text(name, ""));
            }
        }
        check(attributes);
    }

    private static String key(String key) {
        if (key.isBlank() || key.startsWith(FIELD)) {
            throw new MalformedFrameException("the attributes were not changed: \"" + key + "\" is not a valid name");
        }
        return key;
    }

    private static String key(String key, Set<String> known) {
        if (!known.contains(key)) {
            throw new MalformedFrameException("the attributes were not changed: unsupported key: \"" + key
                    + "\". Supported are " + String.join(", ", new TreeSet<>(known)));
        }
        return key;
    }

    private static void check(Map<String, String> attributes) {
        int chars = 0;
        for (Map.Entry<String, String> attribute : attributes.entrySet()) {
            chars += attribute.getKey().length() + attribute.getValue().length();
        }
        if (attributes.size() > COUNT_MAX || chars > CHARS_MAX) {
            throw new MalformedFrameException("the attributes were not changed: there would be more than " + COUNT_MAX
                    + ", or more than " + CHARS_MAX + " characters");
        }
    }

    /** Stores a field unless it has its standard value. */
    static void field(SortedMap<String, String> attributes, String name, String value, String standard) {
        if (value.equals(standard)) {
            attributes.remove(FIELD + name);
        } else {
            attributes.put(FIELD + name, value);
            check(attributes);
        }
    }

    static String field(Map<String, String> attributes, String name, String standard) {
        return attributes.getOrDefault(FIELD + name, standard);
    }

    /** Writes the owner's attributes as a member of an object. */
    static void write(JsonWriter out, Map<String, String> attributes) {
        out.name("attributes").beginObject();
        new TreeMap<>(attributes).forEach((key, value) -> {
            if (!key.startsWith(FIELD)) {
                out.name(key).value(value);
            }
        });
        out.endObject();
    }
}
