package io.posthorse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** The hash stands in files, so it never changes: against the plain loop that defines it. */
class KeyHashTest {

    private static int plain(byte[] bytes, int from, int length) {
        int hash = 0;
        for (int i = from; i < from + length; i++) {
            hash = hash * 31 + bytes[i];
        }
        return hash;
    }

    @Test
    void theHashOfTextAgreesWithAPlainLoop() {
        Random random = new Random(3);
        for (int i = 0; i < 10_000; i++) {
            byte[] bytes = new byte[random.nextInt(70)];
            int greatest = i % 3 == 0 ? 256 : 128;
            for (int at = 0; at < bytes.length; at++) {
                bytes[at] = (byte) (random.nextInt(8) == 0 ? greatest - 1 : random.nextInt(greatest));
            }
            int from = random.nextInt(bytes.length + 1);
            int length = random.nextInt(bytes.length - from + 1);
            assertEquals(plain(bytes, from, length), KeyHash.text(bytes, from, length), () -> "length " + length);
        }
    }

    @Test
    void knownHashes() {
        byte[] text = "C0A80001000018B4AAC27D3B4C5A0000".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        assertEquals("C0A80001000018B4AAC27D3B4C5A0000".hashCode(), KeyHash.text(text, 0, text.length));
        assertEquals(0, KeyHash.text(text, 5, 0));
    }
}
