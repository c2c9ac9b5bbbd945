package io.posthorse.clustertest.history;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** The body of a test message: a line with its id, then letters that follow from the id. */
public final class Body {
    private static final String LETTERS = "the posthorse carries letters from stage to stage, and each one is counted; ";

    private Body() {
    }

    /** Returns the body of an id, of about a length. */
    public static byte[] of(String id, int length) {
        StringBuilder text = new StringBuilder(length + LETTERS.length()).append(id).append('\n');
        int from = Math.floorMod(id.hashCode(), LETTERS.length());
        while (text.length() < length) {
            text.append(LETTERS, from, LETTERS.length());
            from = 0;
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Returns the id in a body; where there is none, a text that no id equals. */
    public static String id(byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8);
        int end = text.indexOf('\n');
        return end > 0 && end < 100 && text.substring(0, end).matches("[\\w.-]+") ? text.substring(0, end)
                : "no id, checksum " + checksum(body);
    }

    /** Returns the checksum of a body. */
    public static int checksum(byte[] body) {
        CRC32 crc = new CRC32();
        crc.update(body);
        return (int) crc.getValue();
    }
}
