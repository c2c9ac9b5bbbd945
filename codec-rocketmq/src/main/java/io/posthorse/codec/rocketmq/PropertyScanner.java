package io.posthorse.codec.rocketmq;

/**
 * Scans the properties of a message, {@code name 0x01 value 0x02} repeated, the last 0x02 optional. A scanner is reused for
 * one message after another; a loop over {@link #next} visits each pair once.
 */
public final class PropertyScanner {
    public static final byte NAME_END = 1;
    public static final byte VALUE_END = 2;

    private byte[] text;
    private int at;
    private int end;
    private int name;
    private int nameLength;
    private int value;
    private int valueLength;

    /** Begins with a range of an array. */
    public PropertyScanner of(byte[] bytes, int from, int length) {
        text = bytes;
        at = from;
        end = from + length;
        return this;
    }

    /** Moves to the next pair; returns false where there is none. Skips pieces without 0x01, as clients do. */
    public boolean next() {
        while (at < end) {
            int start = at;
            int stop = ByteSearch.first(text, start, end, VALUE_END);
            int split = ByteSearch.first(text, start, stop, NAME_END);
            at = stop + 1;
            if (split > start && split < stop) {
                name = start;
                nameLength = split - start;
                value = split + 1;
                valueLength = stop - split - 1;
                return true;
            }
        }
        return false;
    }

    /** Returns whether the pair has that name (ASCII). */
    public boolean is(byte[] wanted) {
        return nameLength == wanted.length && startsWith(wanted);
    }

    /** Returns whether the pair's name, which must be at least as long, begins with that text (ASCII). */
    public boolean startsWith(byte[] wanted) {
        for (int i = 0; i < wanted.length; i++) {
            if (text[name + i] != wanted[i]) {
                return false;
            }
        }
        return true;
    }

    public int nameLength() {
        return nameLength;
    }

    /** Returns the first byte of the name. */
    public byte nameStart() {
        return text[name];
    }

    public int value() {
        return value;
    }

    public int valueLength() {
        return valueLength;
    }

    /** Returns the pair's value as a number of at most 9 digits, or {@code otherwise} where it is not one. */
    public int number(int otherwise) {
        return valueLength > 9 ? otherwise : (int) longNumber(otherwise);
    }

    /** Returns the pair's value as a number of at most 18 digits, or {@code otherwise} where it is not one. */
    public long longNumber(long otherwise) {
        long result = 0;
        if (valueLength == 0 || valueLength > 18) {
            return otherwise;
        }
        for (int i = value; i < value + valueLength; i++) {
            int digit = text[i] - '0';
            if (digit < 0 || digit > 9) {
                return otherwise;
            }
            result = result * 10 + digit;
        }
        return result;
    }
}
