package io.posthorse.protocol.rocketmq;

import io.posthorse.codec.rocketmq.JsonValue;
import io.posthorse.codec.rocketmq.JsonWriter;
import io.posthorse.codec.rocketmq.MalformedFrameException;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Attributes of topics and groups: kept for their owner and given back as they came. Beside them lie, under names that
 * begin with {@link #FIELD} and are not shown, the fields of RocketMQ that mean nothing to the core.
 */
final class Attributes {
    static final String FIELD = "#";
    private static final int COUNT_MAX = 64;
    private static final int CHARS_MAX = 8_192;

    private Attributes() {}

    /**
     * Changes attributes as a text {@code +key=value,-key} says.
     *
     * @throws MalformedFrameException where it says something else, or there would be too many
     */
    static void alter(SortedMap<String, String> attributes, String changes) {
        if (changes == null || changes.isBlank()) {
            return;
        }
        for (String change : changes.split(",")) {
            int sign = change.indexOf('=');
            if (change.startsWith("+") && sign > 1) {
                attributes.put(key(change.substring(1, sign)), change.substring(sign + 1));
            } else if (change.startsWith("-") && change.length() > 1) {
                attributes.remove(key(change.substring(1)));
            } else {
                throw new MalformedFrameException("the attributes were not changed: \"" + change
                        + "\" is neither +key=value nor -key");
            }
        }
        check(attributes);
    }

    /** Changes attributes as an object says: members {@code "+key":"value"}, {@code "-key":""} or {@code "key":"value"}. */
    static void alter(SortedMap<String, String> attributes, JsonValue.Obj changes) {
        for (JsonValue.Member member : changes.members()) {
            String name = member.name();
            if (name.startsWith("-")) {
                attributes.remove(key(name.substring(1)));
            } else {
                attributes.put(key(name.startsWith("+") ? name.substring(1) : name), changes.text(name, ""));
            }
        }
        check(attributes);
    }

    private static String key(String key) {
        if (key.isBlank() || key.startsWith(FIELD)) {
            throw new MalformedFrameException("the attributes were not changed: \"" + key + "\" is no name for one");
        }
        return key;
    }

    private static void check(Map<String, String> attributes) {
        int chars = 0;
        for (Map.Entry<String, String> attribute : attributes.entrySet()) {
            chars += attribute.getKey().length() + attribute.getValue().length();
        }
        if (attributes.size() > COUNT_MAX || chars > CHARS_MAX) {
            throw new MalformedFrameException("the attributes were not changed: more than " + COUNT_MAX + ", or more than "
                    + CHARS_MAX + " characters");
        }
    }

    /** Keeps a field that differs from what it is without being said. */
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
