package io.posthorse.codec.rocketmq;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The header of one request, read in place: fields are ranges of one array that is reused for the next request. The hot path
 * uses this reader for both header forms; all other code uses {@link Frame}.
 *
 * <p>Limits: a header of {@link #LENGTH_MAX} bytes, {@link #FIELDS_MAX} fields. Unknown members are skipped, unknown
 * languages count as 7 (OTHER). Lengths are compared with the available bytes before they are used.
 */
public final class RequestHeader {
    public static final int LENGTH_MAX = FrameCodec.HEADER_BYTES_MAX;
    public static final int FIELDS_MAX = 128;
    private static final int LANGUAGE_OTHER = 7;
    private static final int BINARY_FIXED = 21;
    private static final byte[] LANGUAGE_JAVA = {'J', 'A', 'V', 'A'};

    /** The header's bytes; strings with escapes are replaced by their unescaped form. */
    byte[] text = new byte[2048];

    final int[] names = new int[FIELDS_MAX];
    final int[] nameLengths = new int[FIELDS_MAX];
    final int[] values = new int[FIELDS_MAX];
    final int[] valueLengths = new int[FIELDS_MAX];
    /** For each name of one ASCII character: the number of the last read that found it, and in the lowest byte its field. */
    private final long[] letters = new long[128];

    private long reads;
    int count;
    int code;
    int language;
    int version;
    int opaque;
    int flag;
    boolean binary;

    private final JsonHeaderReader json = new JsonHeaderReader(this);

    /**
     * Reads a header.
     *
     * @param in the frame's bytes
     * @param index index of the four bytes with header form and length
     * @param end end of the frame
     * @return index of the body
     * @throws MalformedFrameException where the bytes are not a header
     */
    public int read(ByteBuf in, int index, int end) {
        int word = in.getInt(index);
        int length = word & 0xFFFFFF;
        if (length > LENGTH_MAX || length > end - index - 4) {
            throw new MalformedFrameException("header length " + length + " exceeds the frame or the limit");
        }
        if (text.length < length) {
            text = new byte[Math.max(length, text.length * 2)];
        }
        in.getBytes(index + 4, text, 0, length);
        count = 0;
        reads++;
        code = 0;
        language = LANGUAGE_OTHER;
        version = 0;
        opaque = 0;
        flag = 0;
        switch (word >>> 24) {
            case 0 -> {
                binary = false;
                json.read(length);
            }
            case 1 -> {
                binary = true;
                readBinary(length);
            }
            default -> throw new MalformedFrameException("header form " + (word >>> 24) + " is neither JSON nor binary");
        }
        return index + 4 + length;
    }

    private void readBinary(int length) {
        if (length < BINARY_FIXED) {
            throw new MalformedFrameException("binary header of " + length + " bytes is too short");
        }
        code = u16(0);
        language = text[2] & 0xFF;
        version = u16(3);
        opaque = i32(5);
        flag = i32(9);
        int remark = i32(13);
        if (remark < 0 || remark > length - BINARY_FIXED) {
            throw new MalformedFrameException("binary header: remark length " + remark);
        }
        int at = BINARY_FIXED + remark;
        int fields = i32(at - 4);
        if (fields < 0 || fields > length - at) {
            throw new MalformedFrameException("binary header: fields length " + fields);
        }
        int end = at + fields;
        while (at < end) {
            at = readBinaryField(at, end);
        }
    }

    private int readBinaryField(int start, int end) {
        if (end - start < 6) {
            throw new MalformedFrameException("binary header: a field is truncated");
        }
        int nameLength = u16(start);
        if (nameLength > end - start - 6) {
            throw new MalformedFrameException("binary header: field name length " + nameLength);
        }
        int name = start + 2;
        int valueLength = i32(name + nameLength);
        int value = name + nameLength + 4;
        if (valueLength < 0 || valueLength > end - value) {
            throw new MalformedFrameException("binary header: field value length " + valueLength);
        }
        add(name, nameLength, value, valueLength);
        return value + valueLength;
    }

    void add(int name, int nameLength, int value, int valueLength) {
        if (count == FIELDS_MAX) {
            throw new MalformedFrameException("header has more than " + FIELDS_MAX + " fields");
        }
        names[count] = name;
        nameLengths[count] = nameLength;
        values[count] = value;
        valueLengths[count] = valueLength;
        if (nameLength == 1 && text[name] >= 0 && letters[text[name]] >>> 8 != reads) {
            letters[text[name]] = reads << 8 | count;
        }
        count++;
    }

    void language(int from, int to) {
        language = Arrays.equals(text, from, to, LANGUAGE_JAVA, 0, 4) ? Frame.JAVA : LANGUAGE_OTHER;
    }

    private int u16(int at) {
        return (text[at] & 0xFF) << 8 | text[at + 1] & 0xFF;
    }

    private int i32(int at) {
        return u16(at) << 16 | u16(at + 2);
    }

    public int code() {
        return code;
    }

    public int version() {
        return version;
    }

    public int language() {
        return language;
    }

    public int opaque() {
        return opaque;
    }

    public int flag() {
        return flag;
    }

    public boolean isOneWay() {
        return (flag & Frame.FLAG_ONE_WAY) != 0;
    }

    public boolean isResponse() {
        return (flag & Frame.FLAG_RESPONSE) != 0;
    }

    public boolean isBinary() {
        return binary;
    }

    /** Returns the number of the field with that name (ASCII), or -1. */
    public int field(byte[] name) {
        if (name.length == 1) {
            long entry = letters[name[0] & 0x7F];
            return entry >>> 8 == reads ? (int) entry & 0xFF : -1;
        }
        for (int i = 0; i < count; i++) {
            if (nameLengths[i] == name.length
                    && text[names[i]] == name[0]
                    && Arrays.equals(text, names[i], names[i] + name.length, name, 0, name.length)) {
                return i;
            }
        }
        return -1;
    }

    /** Returns whether the field with that number has that name (ASCII). */
    public boolean hasName(int field, byte[] name) {
        return nameLengths[field] == name.length
                && Arrays.equals(text, names[field], names[field] + name.length, name, 0, name.length);
    }

    /** Returns the array of which field values are ranges; valid until the next request is read. */
    public byte[] bytes() {
        return text;
    }

    /** Returns the index at which a field's value begins in {@link #bytes}. */
    public int start(int field) {
        return values[field];
    }

    public int length(int field) {
        return valueLengths[field];
    }

    /** Returns a field as text, or null where it is missing. */
    public String text(byte[] name) {
        int field = field(name);
        return field < 0 ? null : new String(text, values[field], valueLengths[field], StandardCharsets.UTF_8);
    }

    /**
     * Returns a decimal field, or {@code otherwise} where it is missing or empty.
     *
     * @throws MalformedFrameException where it is not a number
     */
    public long number(byte[] name, long otherwise) {
        int field = field(name);
        if (field < 0 || valueLengths[field] == 0) {
            return otherwise;
        }
        int at = values[field];
        int end = at + valueLengths[field];
        boolean negative = text[at] == '-';
        if (negative) {
            at++;
        }
        if (at == end || end - at > 19) {
            throw notANumber(name);
        }
        long value = 0;
        for (; at < end; at++) {
            int digit = text[at] - '0';
            if (digit < 0 || digit > 9) {
                throw notANumber(name);
            }
            value = value * 10 + digit;
        }
        if (value < 0) {
            throw notANumber(name); // beyond 63 bits
        }
        return negative ? -value : value;
    }

    private static MalformedFrameException notANumber(byte[] name) {
        return new MalformedFrameException(
                "field " + new String(name, StandardCharsets.US_ASCII) + " is not a number");
    }

    /** Returns whether a field has the value "true"; compares only its length and first character. */
    public boolean isTrue(byte[] name) {
        int field = field(name);
        return field >= 0 && valueLengths[field] == 4 && text[values[field]] == 't';
    }
}
