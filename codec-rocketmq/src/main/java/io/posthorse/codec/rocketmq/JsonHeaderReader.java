package io.posthorse.codec.rocketmq;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads a JSON header in one pass over its bytes, which belong to a {@link RequestHeader}. */
final class JsonHeaderReader {
    private static final int DEPTH_MAX = 32;
    private static final byte[] CODE = ascii("code");
    private static final byte[] FLAG = ascii("flag");
    private static final byte[] OPAQUE = ascii("opaque");
    private static final byte[] VERSION = ascii("version");
    private static final byte[] FIELDS = ascii("extFields");
    private static final byte[] LANGUAGE = ascii("language");

    private final RequestHeader header;
    private byte[] in;
    private int at;
    private int end;
    private int from;
    private int to;

    JsonHeaderReader(RequestHeader header) {
        this.header = header;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    void read(int length) {
        in = header.text;
        at = 0;
        end = length;
        expect('{');
        if (next() == '}') {
            return;
        }
        do {
            string();
            int name = from;
            int nameLength = to - from;
            expect(':');
            member(name, nameLength);
        } while (more('}'));
    }

    private void member(int name, int length) {
        if (is(CODE, name, length)) {
            header.code = integer();
        } else if (is(FLAG, name, length)) {
            header.flag = integer();
        } else if (is(OPAQUE, name, length)) {
            header.opaque = integer();
        } else if (is(VERSION, name, length)) {
            header.version = integer();
        } else if (is(FIELDS, name, length)) {
            fields();
        } else if (is(LANGUAGE, name, length)) {
            language();
        } else {
            skip(0);
        }
    }

    private boolean is(byte[] wanted, int name, int length) {
        return length == wanted.length && Arrays.equals(in, name, name + length, wanted, 0, length);
    }

    private void language() {
        if (next() == '"') {
            string();
            header.language(from, to);
        } else {
            header.language = integer();
        }
    }

    private void fields() {
        if (next() == 'n') {
            skip(0);
            return;
        }
        expect('{');
        if (next() == '}') {
            at++;
            return;
        }
        do {
            string();
            int name = from;
            int nameLength = to - from;
            expect(':');
            int c = next();
            if (c == '"') {
                string();
                header.add(name, nameLength, from, to - from);
            } else {
                int start = at;
                skip(0);
                if (c != 'n' && c != '{' && c != '[') { // null is skipped; a number or boolean is read as text
                    header.add(name, nameLength, start, at - start);
                }
            }
        } while (more('}'));
    }

    /** Returns the next byte that is not white space, without consuming it. */
    private int next() {
        while (at < end) {
            byte c = in[at];
            if (c != ' ' && c != '\t' && c != '\n' && c != '\r') {
                return c;
            }
            at++;
        }
        throw truncated();
    }

    private void expect(int c) {
        if (next() != c) {
            throw new MalformedFrameException("JSON header: expected '" + (char) c + "' at byte " + at);
        }
        at++;
    }

    /** Consumes a comma and returns true, or consumes the closing byte and returns false. */
    private boolean more(int close) {
        int c = next();
        at++;
        if (c == ',') {
            return true;
        }
        if (c == close) {
            return false;
        }
        throw new MalformedFrameException("JSON header: expected ',' or '" + (char) close + "' at byte " + (at - 1));
    }

    private int integer() {
        boolean negative = next() == '-';
        if (negative) {
            at++;
        }
        long value = 0;
        int start = at;
        while (at < end && in[at] >= '0' && in[at] <= '9' && at - start < 11) {
            value = value * 10 + in[at++] - '0';
        }
        if (at == start || value > 1L << 32) {
            throw new MalformedFrameException("JSON header: not a 32-bit number at byte " + start);
        }
        return (int) (negative ? -value : value);
    }

    /** Consumes a string; afterwards its bytes are from {@link #from} to {@link #to}. */
    private void string() {
        expect('"');
        byte[] bytes = in;
        int i = at;
        from = i;
        while (i + Long.BYTES <= end) {
            long found = special(EightBytes.get(bytes, i));
            if (found != 0) {
                i += EightBytes.before(found);
                break;
            }
            i += Long.BYTES;
        }
        while (i < end) {
            byte c = bytes[i];
            if (c == '"') {
                to = i;
                at = i + 1;
                return;
            }
            if (c == '\\') {
                escaped(i);
                return;
            }
            i++;
        }
        throw truncated();
    }

    private static long special(long word) {
        return EightBytes.equal(word, '"') | EightBytes.equal(word, '\\');
    }

    /** Unescapes the rest of a string in place: its unescaped form is never longer. */
    private void escaped(int start) {
        int write = start;
        int read = start;
        while (read < end) {
            if (read + Long.BYTES <= end) {
                long word = EightBytes.get(in, read);
                long found = special(word);
                if (found == 0) {
                    EightBytes.set(in, write, word);
                    read += Long.BYTES;
                    write += Long.BYTES;
                    continue;
                }
                for (int plain = EightBytes.before(found); plain > 0; plain--) {
                    in[write++] = in[read++];
                }
            }
            byte c = in[read++];
            if (c == '"') {
                to = write;
                at = read;
                return;
            }
            if (c != '\\') {
                in[write++] = c;
                continue;
            }
            if (read >= end) {
                break;
            }
            byte kind = in[read++];
            if (kind == 'u') {
                int unit = hex(read);
                read += 4;
                if (Character.isHighSurrogate((char) unit) && read + 6 <= end && in[read] == '\\' && in[read + 1] == 'u') {
                    int low = hex(read + 2);
                    if (Character.isLowSurrogate((char) low)) {
                        read += 6;
                        unit = Character.toCodePoint((char) unit, (char) low);
                    }
                }
                write = utf8(unit, write);
            } else {
                in[write++] = simple(kind);
            }
        }
        throw truncated();
    }

    private static byte simple(byte kind) {
        return switch (kind) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            default -> kind; // quote, backslash, slash
        };
    }

    private int hex(int start) {
        if (start + 4 > end) {
            throw truncated();
        }
        int value = 0;
        for (int i = start; i < start + 4; i++) {
            int digit = Character.digit(in[i], 16);
            if (digit < 0) {
                throw new MalformedFrameException("JSON header: invalid \\u escape at byte " + i);
            }
            value = value << 4 | digit;
        }
        return value;
    }

    private int utf8(int point, int start) {
        int write = start;
        if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
            in[write++] = '?'; // a lone surrogate, which UTF-8 cannot encode
        } else if (point < 0x80) {
            in[write++] = (byte) point;
        } else if (point < 0x800) {
            in[write++] = (byte) (0xC0 | point >> 6);
            in[write++] = (byte) (0x80 | point & 0x3F);
        } else if (point < 0x10000) {
            in[write++] = (byte) (0xE0 | point >> 12);
            in[write++] = (byte) (0x80 | point >> 6 & 0x3F);
            in[write++] = (byte) (0x80 | point & 0x3F);
        } else {
            in[write++] = (byte) (0xF0 | point >> 18);
            in[write++] = (byte) (0x80 | point >> 12 & 0x3F);
            in[write++] = (byte) (0x80 | point >> 6 & 0x3F);
            in[write++] = (byte) (0x80 | point & 0x3F);
        }
        return write;
    }

    /** Skips any value. */
    private void skip(int depth) {
        if (depth > DEPTH_MAX) {
            throw new MalformedFrameException("JSON header: nested deeper than " + DEPTH_MAX);
        }
        int c = next();
        if (c == '"') {
            string();
        } else if (c == '{' || c == '[') {
            at++;
            int close = c == '{' ? '}' : ']';
            if (next() == close) {
                at++;
                return;
            }
            do {
                if (c == '{') {
                    string();
                    expect(':');
                }
                skip(depth + 1);
            } while (more(close));
        } else {
            int start = at;
            while (at < end && in[at] > ' ' && in[at] != ',' && in[at] != '}' && in[at] != ']') {
                at++;
            }
            if (at == start) {
                throw new MalformedFrameException("JSON header: no value at byte " + at);
            }
        }
    }

    private static MalformedFrameException truncated() {
        return new MalformedFrameException("JSON header is truncated");
    }
}
