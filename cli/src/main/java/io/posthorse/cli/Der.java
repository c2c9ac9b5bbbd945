package io.posthorse.cli;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** Encodes values of ASN.1 by the distinguished encoding rules: tag, length, content. */
final class Der {
    static final int CONTEXT = 0x80;
    static final int CONSTRUCTED = 0x20;

    private static final int BOOLEAN = 0x01;
    private static final int INTEGER = 0x02;
    private static final int BIT_STRING = 0x03;
    private static final int OCTET_STRING = 0x04;
    private static final int OBJECT = 0x06;
    private static final int UTF8 = 0x0C;
    private static final int UTC_TIME = 0x17;
    private static final int GENERALIZED_TIME = 0x18;
    private static final int SEQUENCE = 0x30;
    private static final int SET = 0x31;

    /** The first year that the short form of a time cannot hold, RFC 5280. */
    private static final int LONG_TIMES_FROM = 2050;
    private static final DateTimeFormatter SHORT_TIME = DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'");
    private static final DateTimeFormatter LONG_TIME = DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'");

    private Der() {}

    /** Returns a value with a tag; its content is the parts, one behind the other. */
    static byte[] value(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        int length = content.size();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (length < 0x80) {
            out.write(length);
        } else if (length < 0x100) {
            out.write(0x81);
            out.write(length);
        } else if (length < 0x10000) {
            out.write(0x82);
            out.write(length >> 8);
            out.write(length);
        } else {
            throw new IllegalArgumentException("a value of " + length + " bytes");
        }
        out.writeBytes(content.toByteArray());
        return out.toByteArray();
    }

    static byte[] sequence(byte[]... parts) {
        return value(SEQUENCE, parts);
    }

    static byte[] set(byte[]... parts) {
        return value(SET, parts);
    }

    /** Returns the value true; the other one is the default wherever it is used here, and then left out. */
    static byte[] yes() {
        return value(BOOLEAN, new byte[] {(byte) 0xFF});
    }

    static byte[] integer(BigInteger number) {
        return value(INTEGER, number.toByteArray());
    }

    static byte[] text(String text) {
        return value(UTF8, text.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] octets(byte[] octets) {
        return value(OCTET_STRING, octets);
    }

    /** Returns a row of bits, in whole bytes. */
    static byte[] bits(byte[] bits) {
        return value(BIT_STRING, new byte[] {0}, bits);
    }

    /** Returns a row of at most eight bits of which one is set, the first one being number 0. */
    static byte[] bit(int number) {
        return value(BIT_STRING, new byte[] {(byte) (7 - number), (byte) (0x80 >> number)});
    }

    /** Returns an object identifier; each number is below 2^28. */
    static byte[] object(int... numbers) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(numbers[0] * 40 + numbers[1]);
        for (int i = 2; i < numbers.length; i++) {
            for (int shift = 21; shift > 0; shift -= 7) {
                if (numbers[i] >> shift != 0) {
                    out.write(0x80 | (numbers[i] >> shift & 0x7F));
                }
            }
            out.write(numbers[i] & 0x7F);
        }
        return value(OBJECT, out.toByteArray());
    }

    /** Returns a time in the form that certificates have for its year. */
    static byte[] time(Instant time) {
        var there = time.atOffset(ZoneOffset.UTC);
        boolean isShort = there.getYear() < LONG_TIMES_FROM;
        String text = there.format(isShort ? SHORT_TIME : LONG_TIME);
        return value(isShort ? UTC_TIME : GENERALIZED_TIME, text.getBytes(StandardCharsets.US_ASCII));
    }
}
