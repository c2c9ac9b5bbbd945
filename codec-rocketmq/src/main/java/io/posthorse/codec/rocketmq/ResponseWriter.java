package io.posthorse.codec.rocketmq;

import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes responses of the hot path, in the header form of the request, into one array that is reused. Call {@link #begin},
 * add fields, call {@link #end}.
 */
public final class ResponseWriter {
    private static final byte[] HEX = ascii("0123456789ABCDEF");
    private static final VarHandle EIGHT = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final byte[] JSON_CODE = ascii("{\"code\":");
    private static final byte[] JSON_FIELDS = ascii(",\"extFields\":{");
    private static final byte[] JSON_TAIL = ascii("},\"flag\":1,\"language\":\"JAVA\",\"opaque\":");
    private static final byte[] JSON_REMARK = ascii(",\"remark\":\"");
    private static final byte[] JSON_END =
            ascii(",\"serializeTypeCurrentRPC\":\"JSON\",\"version\":" + Frame.VERSION + "}");

    private byte[] out = new byte[1024];
    private int at;
    private boolean binary;
    private int opaque;
    private byte[] remark;
    private int fieldsAt;
    private boolean first;

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Begins a response; {@code text}, the remark, may be null. */
    public void begin(boolean binaryForm, int code, int requestOpaque, String text) {
        binary = binaryForm;
        opaque = requestOpaque;
        remark = text == null ? null : text.getBytes(StandardCharsets.UTF_8);
        at = 0;
        first = true;
        if (binary) {
            beginBinary(code);
        } else {
            put(JSON_CODE);
            decimal(code);
            put(JSON_FIELDS);
        }
    }

    /** Begins a response with code 0 that {@link #change} can give another code of two digits. */
    public void beginChangeable(boolean binaryForm, int requestOpaque) {
        begin(binaryForm, 0, requestOpaque, null);
        if (!binary) {
            int code = at - JSON_FIELDS.length;
            at = code;
            text(' ');
            put(JSON_FIELDS);
        }
    }

    /**
     * Changes the code of a response that was begun with {@link #beginChangeable}.
     *
     * @param frame index of its first byte
     * @param code 10 to 99
     */
    public static void change(ByteBuf bytes, int frame, boolean binaryForm, int code) {
        int at = frame + 8;
        if (binaryForm) {
            bytes.setShort(at, code);
        } else {
            bytes.setByte(at + JSON_CODE.length, '0' + code / 10).setByte(at + JSON_CODE.length + 1, '0' + code % 10);
        }
    }

    private void beginBinary(int code) {
        int length = remark == null ? 0 : remark.length;
        room(32 + length);
        u16(code);
        out[at++] = Frame.JAVA;
        u16(Frame.VERSION);
        i32(opaque);
        i32(Frame.FLAG_RESPONSE);
        i32(length);
        if (length > 0) {
            put(remark);
        }
        fieldsAt = at;
        at += 4;
    }

    /** Adds a field with a number. */
    public void field(byte[] name, long number) {
        int value = open(name);
        decimal(number);
        close(value);
    }

    /** Adds a field with a text that is a range of an array. */
    public void field(byte[] name, byte[] text, int from, int length) {
        int value = open(name);
        if (binary) {
            room(length);
            System.arraycopy(text, from, out, at, length);
            at += length;
        } else {
            escaped(text, from, length);
        }
        close(value);
    }

    public void field(byte[] name, byte[] text) {
        field(name, text, 0, text.length);
    }

    /** Begins a field whose value is written in parts with {@link #hex} and {@link #text}; end it with {@link #close}. */
    public int open(byte[] name) {
        room(name.length + 8);
        if (binary) {
            u16(name.length);
            put(name);
            at += 4;
            return at;
        }
        if (!first) {
            out[at++] = ',';
        }
        first = false;
        out[at++] = '"';
        put(name);
        out[at++] = '"';
        out[at++] = ':';
        out[at++] = '"';
        return at;
    }

    public void close(int value) {
        if (binary) {
            int end = at;
            at = value - 4;
            i32(end - value);
            at = end;
        } else {
            room(1);
            out[at++] = '"';
        }
    }

    /** Writes one ASCII character of a value. */
    public void text(char c) {
        room(1);
        out[at++] = (byte) c;
    }

    /** Writes ASCII characters of a value that need no escape. */
    public void text(byte[] ascii) {
        put(ascii);
    }

    /** Writes a number as 16 upper-case hexadecimal digits. */
    public void hex(long number) {
        room(16);
        EIGHT.set(out, at, digits((int) (number >>> 32)));
        EIGHT.set(out, at + 8, digits((int) number));
        at += 16;
    }

    /** Returns the eight hexadecimal digits of a number as bytes of text: spreads its groups of four bits, one to a byte. */
    private static long digits(int number) {
        long apart = number & 0xFFFFFFFFL;
        apart = (apart | apart << 16) & 0x0000FFFF0000FFFFL;
        apart = (apart | apart << 8) & 0x00FF00FF00FF00FFL;
        apart = (apart | apart << 4) & 0x0F0F0F0F0F0F0F0FL;
        long letters = (apart + 0x0606060606060606L) >>> 4 & 0x0101010101010101L; // 1 in the digits above 9
        return apart + 0x3030303030303030L + letters * ('A' - '9' - 1);
    }

    /** Ends the header and writes length, form and header at the buffer's writer index; the body follows. */
    public void end(ByteBuf to, int bodyLength) {
        if (binary) {
            int end = at;
            at = fieldsAt;
            i32(end - fieldsAt - 4);
            at = end;
        } else {
            put(JSON_TAIL);
            decimal(opaque);
            if (remark != null) {
                put(JSON_REMARK);
                escaped(remark, 0, remark.length);
                room(1);
                out[at++] = '"';
            }
            put(JSON_END);
        }
        to.ensureWritable(8 + at + bodyLength);
        to.writeInt(4 + at + bodyLength).writeInt((binary ? 1 << 24 : 0) | at).writeBytes(out, 0, at);
    }

    private void room(int bytes) {
        if (out.length - at < bytes) {
            out = Arrays.copyOf(out, Math.max(out.length * 2, at + bytes));
        }
    }

    private void put(byte[] bytes) {
        room(bytes.length);
        System.arraycopy(bytes, 0, out, at, bytes.length);
        at += bytes.length;
    }

    private void u16(int value) {
        out[at++] = (byte) (value >> 8);
        out[at++] = (byte) value;
    }

    private void i32(int value) {
        u16(value >>> 16);
        u16(value);
    }

    private void decimal(long number) {
        room(20);
        if (number < 0) {
            put(ascii(Long.toString(number)));
            return;
        }
        int digits = 1;
        for (long n = number; n >= 10; n /= 10) {
            digits++;
        }
        long rest = number;
        for (int i = at + digits - 1; i >= at; i--) {
            out[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        at += digits;
    }

    private void escaped(byte[] text, int from, int length) {
        room(length * 6 + Long.BYTES);
        int plain = from;
        for (; plain + Long.BYTES <= from + length; plain += Long.BYTES, at += Long.BYTES) {
            long word = EightBytes.get(text, plain);
            if ((EightBytes.below(word, 0x20) | EightBytes.equal(word, '"') | EightBytes.equal(word, '\\')) != 0) {
                break;
            }
            EightBytes.set(out, at, word);
        }
        for (int i = plain; i < from + length; i++) {
            byte c = text[i];
            if (c == '"' || c == '\\') {
                out[at++] = '\\';
                out[at++] = c;
            } else if (c >= 0 && c < 0x20) {
                out[at++] = '\\';
                out[at++] = 'u';
                out[at++] = '0';
                out[at++] = '0';
                out[at++] = HEX[c >> 4];
                out[at++] = HEX[c & 15];
            } else {
                out[at++] = c;
            }
        }
    }
}
