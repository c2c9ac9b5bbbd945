package io.posthorse.codec.rocketmq;

import java.nio.charset.StandardCharsets;

/**
 * Writes JSON step by step: <code>beginObject().name("a").value(1).endObject()</code>. The writer adds commas; the caller is
 * responsible for alternating names and values and for matching brackets. The output is strictly valid JSON, except where
 * {@link #key} gets an object or an array: RocketMQ's clients read no other form of such tables.
 */
public final class JsonWriter {
    private static final String HEX = "0123456789abcdef";
    private final StringBuilder out = new StringBuilder();
    private boolean comma;

    /** Returns a value as UTF-8. */
    public static byte[] bytes(JsonValue value) {
        return new JsonWriter().value(value).bytes();
    }

    /** Returns the output so far, as UTF-8. */
    public byte[] bytes() {
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Returns the output so far. */
    @Override
    public String toString() {
        return out.toString();
    }

    public JsonWriter beginObject() {
        return open('{');
    }

    public JsonWriter endObject() {
        return close('}');
    }

    public JsonWriter beginArray() {
        return open('[');
    }

    public JsonWriter endArray() {
        return close(']');
    }

    /** Writes the name of the next member. */
    public JsonWriter name(String name) {
        separate();
        quote(name);
        out.append(':');
        comma = false;
        return this;
    }

    /** Writes the key of the next member: numbers and words in quotes, objects and arrays without. */
    public JsonWriter key(JsonValue key) {
        return switch (key) {
            case JsonValue.Text text -> name(text.value());
            case JsonValue.Num number -> name(number.literal());
            case JsonValue.Bool bool -> name(Boolean.toString(bool.value()));
            case JsonValue.Null ignored -> name("null");
            case JsonValue.Array array -> value(array).colon();
            case JsonValue.Obj object -> value(object).colon();
        };
    }

    /** Writes a string, or null. */
    public JsonWriter value(String text) {
        separate();
        if (text == null) {
            out.append("null");
        } else {
            quote(text);
        }
        return this;
    }

    public JsonWriter value(long number) {
        separate();
        out.append(number);
        return this;
    }

    /** Writes a real number; null where it is infinite or not a number, which JSON cannot express. */
    public JsonWriter value(double number) {
        separate();
        if (Double.isFinite(number)) {
            out.append(number);
        } else {
            out.append("null");
        }
        return this;
    }

    public JsonWriter value(boolean bool) {
        separate();
        out.append(bool);
        return this;
    }

    /** Writes a tree. */
    public JsonWriter value(JsonValue value) {
        switch (value) {
            case JsonValue.Text text -> value(text.value());
            case JsonValue.Num number -> {
                separate();
                out.append(number.literal());
            }
            case JsonValue.Bool bool -> value(bool.value());
            case JsonValue.Null ignored -> value((String) null);
            case JsonValue.Array array -> {
                beginArray();
                array.items().forEach(this::value);
                endArray();
            }
            case JsonValue.Obj object -> {
                beginObject();
                object.members().forEach(member -> key(member.key()).value(member.value()));
                endObject();
            }
        }
        return this;
    }

    private JsonWriter open(char bracket) {
        separate();
        out.append(bracket);
        comma = false;
        return this;
    }

    private JsonWriter close(char bracket) {
        out.append(bracket);
        comma = true;
        return this;
    }

    private JsonWriter colon() {
        out.append(':');
        comma = false;
        return this;
    }

    private void separate() {
        if (comma) {
            out.append(',');
        }
        comma = true;
    }

    private void quote(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> out.append('\\').append(c);
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < ' ' || c == 127 || Character.isSurrogate(c) && isLone(text, i)) {
                        unicode(c);
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    /**
     * Returns whether a character is a lone surrogate, which has no UTF-8 form: it is written as an escape, so that it is
     * kept.
     */
    private static boolean isLone(String text, int at) {
        char c = text.charAt(at);
        if (Character.isHighSurrogate(c)) {
            return at + 1 == text.length() || !Character.isLowSurrogate(text.charAt(at + 1));
        }
        return at == 0 || !Character.isHighSurrogate(text.charAt(at - 1));
    }

    private void unicode(char c) {
        out.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
            out.append(HEX.charAt(c >> shift & 15));
        }
    }
}
