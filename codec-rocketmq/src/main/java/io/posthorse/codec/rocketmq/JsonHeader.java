package io.posthorse.codec.rocketmq;

import io.posthorse.codec.rocketmq.JsonValue.Member;
import io.posthorse.codec.rocketmq.JsonValue.Obj;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The JSON form of a frame header: members code, extFields, flag, language, opaque, remark, serializeTypeCurrentRPC and
 * version, written in this order. Missing members are read as zero, unknown ones are skipped.
 */
final class JsonHeader {
    private JsonHeader() {}

    static Frame decode(byte[] header, byte[] body) {
        Obj root = JsonReader.read(header, JsonReader.Limits.HEADER).asObject();
        return new Frame(
                root.integer("code", 0),
                language(root.get("language")),
                root.integer("version", 0),
                root.integer("opaque", 0),
                root.integer("flag", 0),
                root.text("remark", null),
                fields(root.object("extFields")),
                body,
                false);
    }

    private static int language(JsonValue language) {
        return switch (language) {
            case null -> Frame.JAVA;
            case JsonValue.Text text -> Language.ordinal(text.value());
            case JsonValue.Num number -> Language.known(number.whole());
            case JsonValue ignored -> Language.OTHER;
        };
    }

    private static Map<String, String> fields(Obj extFields) {
        Map<String, String> fields = LinkedHashMap.newLinkedHashMap(extFields.members().size());
        for (Member member : extFields.members()) {
            String value = switch (member.value()) {
                case JsonValue.Text text -> text.value();
                case JsonValue.Num number -> number.literal();
                case JsonValue.Bool bool -> Boolean.toString(bool.value());
                case JsonValue.Null ignored -> null;
                case JsonValue.Array array -> new JsonWriter().value(array).toString();
                case Obj object -> new JsonWriter().value(object).toString();
            };
            if (value != null) {
                fields.put(member.name(), value);
            }
        }
        return fields;
    }

    static byte[] encode(Frame frame) {
        JsonWriter json = new JsonWriter().beginObject();
        json.name("code").value(frame.code());
        if (!frame.fields().isEmpty()) {
            json.name("extFields").beginObject();
            frame.fields().forEach((name, value) -> json.name(name).value(value));
            json.endObject();
        }
        json.name("flag").value(frame.flag());
        json.name("language").value(Language.name(frame.language()));
        json.name("opaque").value(frame.opaque());
        if (frame.remark() != null) {
            json.name("remark").value(frame.remark());
        }
        json.name("serializeTypeCurrentRPC").value("JSON");
        return json.name("version").value(frame.version()).endObject().bytes();
    }
}
