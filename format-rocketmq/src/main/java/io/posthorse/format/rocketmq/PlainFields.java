package io.posthorse.format.rocketmq;

import io.posthorse.codec.rocketmq.JsonReader;
import io.posthorse.codec.rocketmq.JsonValue;
import io.posthorse.codec.rocketmq.JsonWriter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Converts maps and lists of values to JSON and back, for RocketMQ's clients. Bytes become Base64. */
final class PlainFields {
    private PlainFields() {}

    static byte[] json(Object value) {
        JsonWriter out = new JsonWriter();
        write(value, out);
        return out.bytes();
    }

    private static void write(Object value, JsonWriter out) {
        switch (value) {
            case null -> out.value(new JsonValue.Null());
            case Boolean bool -> out.value(bool);
            case Double real -> out.value(real);
            case Float real -> out.value(real.doubleValue());
            case Number whole -> out.value(whole.longValue());
            case byte[] bytes -> out.value(Base64.getEncoder().encodeToString(bytes));
            case Map<?, ?> map -> {
                out.beginObject();
                map.forEach((name, inner) -> write(inner, out.name(String.valueOf(name))));
                out.endObject();
            }
            case List<?> list -> {
                out.beginArray();
                list.forEach(inner -> write(inner, out));
                out.endArray();
            }
            default -> out.value(value.toString());
        }
    }

    /** Returns the members of a JSON object; null where the bytes are not an object. */
    static Map<String, Object> fields(byte[] json) {
        return read(json) instanceof JsonValue.Obj object ? map(object) : null;
    }

    /** Returns the elements of a JSON array; null where the bytes are not an array. */
    static List<Object> values(byte[] json) {
        return read(json) instanceof JsonValue.Array array ? list(array) : null;
    }

    private static JsonValue read(byte[] json) {
        try {
            return JsonReader.read(json);
        } catch (RuntimeException e) {
            return new JsonValue.Null();
        }
    }

    private static Map<String, Object> map(JsonValue.Obj object) {
        Map<String, Object> map = new LinkedHashMap<>();
        object.members().forEach(member -> map.put(member.name(), plain(member.value())));
        return map;
    }

    private static List<Object> list(JsonValue.Array array) {
        List<Object> list = new ArrayList<>();
        array.items().forEach(element -> list.add(plain(element)));
        return list;
    }

    private static Object plain(JsonValue value) {
        return switch (value) {
            case JsonValue.Obj object -> map(object);
            case JsonValue.Array array -> list(array);
            case JsonValue.Text text -> text.value();
            case JsonValue.Bool bool -> bool.value();
            case JsonValue.Num number -> isWhole(number.literal()) ? (Object) number.whole() : (Object) number.real();
            default -> null;
        };
    }

    private static boolean isWhole(String number) {
        return number.chars().allMatch(c -> c == '-' || c >= '0' && c <= '9');
    }
}
