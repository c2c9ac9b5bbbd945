package io.posthorse.codec.rocketmq;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The scanner, and the map of {@link MessageView}, compared with a simple split. */
class PropertyScannerTest {
    private final PropertyScanner scanner = new PropertyScanner();

    @Test
    void findsThePairsThatASplitFinds() {
        Random random = new Random(12);
        for (int i = 0; i < 5_000; i++) {
            String text = random(random);
            byte[] bytes = ("??" + text + "??").getBytes(UTF_8);
            scanner.of(bytes, 2, bytes.length - 4);
            List<String> seen = new ArrayList<>();
            while (scanner.next()) {
                int nameAt = scanner.value() - 1 - scanner.nameLength();
                assertEquals(bytes[nameAt], scanner.nameStart());
                seen.add(new String(bytes, nameAt, scanner.nameLength(), UTF_8) + "="
                        + new String(bytes, scanner.value(), scanner.valueLength(), UTF_8));
            }

            assertEquals(pairs(text), seen, () -> text.replace('\u0001', '=').replace('\u0002', ';'));
            Map<String, String> last = new LinkedHashMap<>();
            pairs(text).forEach(p -> last.put(p.substring(0, p.indexOf('=')), p.substring(p.indexOf('=') + 1)));
            assertEquals(last, MessageView.properties(text));
            assertEquals(last, MessageView.properties(MessageView.text(last)));
        }
    }

    private static String random(Random random) {
        StringBuilder text = new StringBuilder();
        String letters = random.nextBoolean() ? "\u0001\u0002ab中\u0000\u0003" : "\u0001\u0002abcdefgh中é\u0080\u0000\u0003";
        for (int i = random.nextInt(60); i > 0; i--) {
            text.append(letters.charAt(random.nextInt(letters.length())));
        }
        return text.toString();
    }

    private static List<String> pairs(String text) {
        List<String> pairs = new ArrayList<>();
        for (String piece : text.split("\u0002", -1)) {
            int split = piece.indexOf('\u0001');
            if (split > 0) {
                pairs.add(piece.substring(0, split) + "=" + piece.substring(split + 1));
            }
        }
        return pairs;
    }

    @Test
    void readsNamesAndNumbers() {
        byte[] text = ("DELAY\u00013\u0002D\u0001-1\u0002TIMER_DELAY_MS\u00011234567890\u0002E\u0001\u0002"
                + "K\u0001999999999").getBytes(UTF_8);
        scanner.of(text, 0, text.length);

        assertTrue(scanner.next());
        assertTrue(scanner.is("DELAY".getBytes(UTF_8)));
        assertFalse(scanner.is("DELA".getBytes(UTF_8)));
        assertFalse(scanner.is("DELAX".getBytes(UTF_8)));
        assertEquals(3, scanner.number(-5));
        assertTrue(scanner.next());
        assertEquals(-5, scanner.number(-5));
        assertTrue(scanner.next());
        assertTrue(scanner.startsWith("TIMER_DEL".getBytes(UTF_8)));
        assertEquals(-5, scanner.number(-5));
        assertTrue(scanner.next());
        assertEquals(-5, scanner.number(-5));
        assertTrue(scanner.next());
        assertEquals(999_999_999, scanner.number(-5));
        assertFalse(scanner.next());
        assertFalse(scanner.next());
    }
}
