package io.posthorse.codec.rocketmq;

import io.posthorse.codec.rocketmq.JsonValue.Member;
import io.posthorse.codec.rocketmq.JsonValue.Obj;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads strict JSON and the dialect that RocketMQ's clients and brokers write with fastjson: keys without quotes (numbers
 * and identifiers), objects as keys, single quotes, a comma before a closing bracket, control characters in strings, and the
 * escapes {@code \' \v \F \0..\7 \xHH}. {@link Limits} bounds everything, so that a hostile document costs at most a
 * multiple of its own size. Bytes that are not UTF-8 are read as the replacement character.
 */
public final class JsonReader {
    private static final char END = '\uffff';

    /**
     * The bounds of a document.
     *
     * @param bytes maximum length of the document in bytes
     * @param depth maximum nesting; a single value has depth 1
     * @param nodes maximum number of values, without keys that are texts
     */
    public record Limits(int bytes, int depth, int nodes) {
        /** Bounds of bodies: a whole frame, 32 levels, 250,000 values. */
        public static final Limits BODY = new Limits(FrameCodec.FRAME_BYTES_MAX, 32, 250_000);
        /** Bounds of frame headers: one header, 32 levels, 4,096 values. */
        public static final Limits HEADER = new Limits(FrameCodec.HEADER_BYTES_MAX, 32, 4_096);
    }

    private final String text;
    private final Limits limits;
    private int at;
    private int nodes;

    private JsonReader(String text, Limits limits) {
        this.text = text;
        this.limits = limits;
    }

    /** Reads one document within {@link Limits#BODY}. */
    public static JsonValue read(byte[] json) {
        return read(json, Limits.BODY);
    }

    /**
     * Reads one document.
     *
     * @throws MalformedFrameException where the bytes are not exactly one value, or exceed a limit
     */
    public static JsonValue read(byte[] json, Limits limits) {
        if (json.length > limits.bytes()) {
            throw new MalformedFrameException("JSON of " + json.length + " bytes; the maximum is " + limits.bytes());
        }
        JsonReader reader = new JsonReader(new String(json, StandardCharsets.UTF_8), limits);
        JsonValue value = reader.value(1);
        reader.skipBlanks();
        if (reader.at < reader.text.length()) {
            throw reader.malformed("more than one value");
        }
        return value;
    }

    private JsonValue value(int depth) {
        if (depth > limits.depth()) {
            throw malformed("nested deeper than " + limits.depth());
        }
        if (++nodes > limits.nodes()) {
            throw malformed("more than " + limits.nodes() + " values");
        }
        skipBlanks();
        return switch (peek()) {
            case '{' -> object(depth);
            case '[' -> array(depth);
            case '"', '\'' -> new JsonValue.Text(string());
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
            default -> word();
        };
    }

    private JsonValue object(int depth) {
        at++;
        List<Member> members = new ArrayList<>();
        for (skipBlanks(); peek() != '}'; skipBlanks()) {
            JsonValue key = key(depth + 1);
            skipBlanks();
            if (peek() != ':') {
                throw malformed("no colon behind a key");
            }
            at++;
            members.add(new Member(key, value(depth + 1)));
            comma('}');
        }
        at++;
        return new Obj(members);
    }

    private JsonValue array(int depth) {
        at++;
        List<JsonValue> items = new ArrayList<>();
        for (skipBlanks(); peek() != ']'; skipBlanks()) {
            items.add(value(depth + 1));
            comma(']');
        }
        at++;
        return new JsonValue.Array(items);
    }

    private void comma(char close) {
        skipBlanks();
        if (peek() == ',') {
            at++;
        } else if (peek() != close) {
            throw malformed("neither a comma nor " + close);
        }
    }

    private JsonValue key(int depth) {
        return switch (peek()) {
            case '"', '\'' -> new JsonValue.Text(string());
            case '{', '[', '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> value(depth);
            default -> new JsonValue.Text(identifier());
        };
    }

    private JsonValue word() {
        String word = identifier();
        return switch (word) {
            case "true" -> new JsonValue.Bool(true);
            case "false" -> new JsonValue.Bool(false);
            case "null" -> new JsonValue.Null();
            default -> throw malformed("an unknown word");
        };
    }

    private String identifier() {
        int from = at;
        while (isIdentifier(peek(), at > from)) {
            at++;
        }
        if (at == from) {
            throw malformed(at >= text.length() ? "an early end" : "an unexpected character");
        }
        return text.substring(from, at);
    }

    private static boolean isIdentifier(char c, boolean inside) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '$' || inside && isDigit(c);
    }

    private JsonValue number() {
        int from = at;
        if (peek() == '-') {
            at++;
        }
        if (peek() == '0') {
            at++;
        } else {
            digits();
        }
        if (peek() == '.') {
            at++;
            digits();
        }
        if (peek() == 'e' || peek() == 'E') {
            at++;
            if (peek() == '+' || peek() == '-') {
                at++;
            }
            digits();
        }
        return new JsonValue.Num(text.substring(from, at));
    }

    private void digits() {
        int from = at;
        while (isDigit(peek())) {
            at++;
        }
        if (at == from) {
            throw malformed("no digit in a number");
        }
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private String string() {
        char quote = text.charAt(at++);
        int from = at;
        int close = text.indexOf(quote, at);
        if (close >= 0 && text.indexOf('\\', at, close) < 0) {
            at = close + 1;
            return text.substring(from, close);
        }
        return escaped(quote);
    }

    /** Reads the rest of a string that has escapes. */
    private String escaped(char quote) {
        int from = at;
        StringBuilder unescaped = new StringBuilder();
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == quote) {
                return unescaped.append(text, from, at - 1).toString();
            }
            if (c == '\\') {
                unescaped.append(text, from, at - 1).append(escape());
                from = at;
            }
        }
        throw malformed("no end of a string");
    }

    private char escape() {
        char c = peek();
        at++;
        return switch (c) {
            case '"', '\\', '/', '\'' -> c;
            case 'b' -> '\b';
            case 'f', 'F' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'v' -> '\u000b';
            case '0', '1', '2', '3', '4', '5', '6', '7' -> (char) (c - '0');
            case 'x' -> hex(2);
            case 'u' -> hex(4);
            default -> throw malformed("an unknown escape");
        };
    }

    private char hex(int digits) {
        int value = 0;
        for (int i = 0; i < digits; i++) {
            char c = peek();
            int digit = c < 128 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                throw malformed("no hexadecimal digit in an escape");
            }
            value = value << 4 | digit;
            at++;
        }
        return (char) value;
    }

    private void skipBlanks() {
        while (at < text.length() && isBlank(text.charAt(at))) {
            at++;
        }
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\n' || c == '\r' || c == '\t';
    }

    /** Returns the next character; at the end U+FFFF, which no rule above accepts. */
    private char peek() {
        return at < text.length() ? text.charAt(at) : END;
    }

    private MalformedFrameException malformed(String what) {
        return new MalformedFrameException("JSON has " + what + " at character " + at);
    }
}
