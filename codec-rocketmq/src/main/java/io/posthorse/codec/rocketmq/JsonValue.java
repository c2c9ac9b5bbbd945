package io.posthorse.codec.rocketmq;

import java.util.List;

/**
 * A value of RocketMQ's JSON dialect as a tree of immutable values. It differs from strict JSON in one point: a member's key
 * is itself a value, since tables with message queues as keys are written as <code>{ {"topic":"t"}:1 }</code>.
 */
public sealed interface JsonValue {

    /** A string. */
    record Text(String value) implements JsonValue {}

    /**
     * A number as it was written, so that no digit is lost.
     *
     * @param literal a valid JSON number
     */
    record Num(String literal) implements JsonValue {
        public static Num of(long value) {
            return new Num(Long.toString(value));
        }

        /**
         * Returns the value as a whole number.
         *
         * @throws MalformedFrameException where it has a fraction or an exponent, or does not fit into 64 bits
         */
        public long whole() {
            return wholeOf(literal);
        }

        /** Returns the nearest double; infinite where the number is beyond the range of doubles. */
        public double real() {
            return Double.parseDouble(literal);
        }
    }

    /** {@code true} or {@code false}. */
    record Bool(boolean value) implements JsonValue {}

    /** {@code null}. */
    record Null() implements JsonValue {}

    /** An ordered sequence. */
    record Array(List<JsonValue> items) implements JsonValue {
        public Array {
            items = List.copyOf(items);
        }
    }

    /** A member of an object; the key is a {@link Text}, a {@link Num}, or (in this dialect) an object or array. */
    record Member(JsonValue key, JsonValue value) {
        /**
         * Returns the key as a name: a text as it is, a number as written.
         *
         * @throws MalformedFrameException where the key is an object or an array
         */
        public String name() {
            return switch (key) {
                case Text text -> text.value();
                case Num number -> number.literal();
                case Bool bool -> Boolean.toString(bool.value());
                case Null ignored -> "null";
                case Array ignored -> throw new MalformedFrameException("expected a name, but found an array");
                case Obj ignored -> throw new MalformedFrameException("expected a name, but found an object");
            };
        }
    }

    /**
     * An object: its members in the order in which they were written, with duplicates. The accessors take the last member
     * with a name, treat a null as missing, and convert as clients need it: a number may be written as text and vice versa.
     */
    record Obj(List<Member> members) implements JsonValue {
        public Obj {
            members = List.copyOf(members);
        }

        /** Returns the last member with a name, or null where there is none. */
        public JsonValue get(String name) {
            for (int i = members.size() - 1; i >= 0; i--) {
                Member member = members.get(i);
                boolean same = switch (member.key()) {
                    case Text text -> text.value().equals(name);
                    case Num number -> number.literal().equals(name);
                    case Bool ignored -> false;
                    case Null ignored -> false;
                    case Array ignored -> false;
                    case Obj ignored -> false;
                };
                if (same) {
                    return member.value() instanceof Null ? null : member.value();
                }
            }
            return null;
        }

        /**
         * Returns a member as text, or {@code otherwise} where it is missing.
         *
         * @throws MalformedFrameException where it is an object or an array
         */
        public String text(String name, String otherwise) {
            return switch (get(name)) {
                case null -> otherwise;
                case Text text -> text.value();
                case Num number -> number.literal();
                case Bool bool -> Boolean.toString(bool.value());
                case Null ignored -> otherwise;
                case Array ignored -> throw wrong(name, "a text");
                case Obj ignored -> throw wrong(name, "a text");
            };
        }

        /**
         * Returns a member as a whole number, or {@code otherwise} where it is missing.
         *
         * @throws MalformedFrameException where it is not a number, or does not fit into 64 bits
         */
        public long number(String name, long otherwise) {
            return switch (get(name)) {
                case null -> otherwise;
                case Num number -> number.whole();
                case Text text -> wholeOf(text.value());
                case Null ignored -> otherwise;
                case Bool ignored -> throw wrong(name, "a number");
                case Array ignored -> throw wrong(name, "a number");
                case Obj ignored -> throw wrong(name, "a number");
            };
        }

        /**
         * Returns a member as a 32-bit number, or {@code otherwise} where it is missing.
         *
         * @throws MalformedFrameException where it is not a number, or does not fit into 32 bits
         */
        public int integer(String name, int otherwise) {
            long value = number(name, otherwise);
            if (value != (int) value) {
                throw wrong(name, "a 32-bit number");
            }
            return (int) value;
        }

        /**
         * Returns a member as a boolean, or {@code otherwise} where it is missing.
         *
         * @throws MalformedFrameException where it is neither a boolean nor the text of one
         */
        public boolean bool(String name, boolean otherwise) {
            return switch (get(name)) {
                case null -> otherwise;
                case Bool bool -> bool.value();
                case Text text when text.value().equalsIgnoreCase("true") -> true;
                case Text text when text.value().equalsIgnoreCase("false") -> false;
                case JsonValue ignored -> throw wrong(name, "true or false");
            };
        }

        /**
         * Returns a nested object; an empty one where it is missing.
         *
         * @throws MalformedFrameException where it is not an object
         */
        public Obj object(String name) {
            return switch (get(name)) {
                case null -> new Obj(List.of());
                case Obj object -> object;
                case JsonValue ignored -> throw wrong(name, "an object");
            };
        }

        /**
         * Returns the items of a nested array; none where it is missing.
         *
         * @throws MalformedFrameException where it is not an array
         */
        public List<JsonValue> array(String name) {
            return switch (get(name)) {
                case null -> List.of();
                case Array array -> array.items();
                case JsonValue ignored -> throw wrong(name, "an array");
            };
        }

        private static MalformedFrameException wrong(String name, String expected) {
            return new MalformedFrameException("JSON member " + name + " is not " + expected);
        }
    }

    /**
     * Returns this value as an object.
     *
     * @throws MalformedFrameException where it is not an object
     */
    default Obj asObject() {
        if (this instanceof Obj object) {
            return object;
        }
        throw new MalformedFrameException("JSON value is not an object");
    }

    private static long wholeOf(String literal) {
        try {
            return Long.parseLong(literal);
        } catch (NumberFormatException e) {
            throw new MalformedFrameException("JSON value is not a whole number of 64 bits");
        }
    }
}
