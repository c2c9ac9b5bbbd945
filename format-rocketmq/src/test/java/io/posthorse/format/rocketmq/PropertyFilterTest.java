package io.posthorse.format.rocketmq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.broker.ContentFilter;
import io.posthorse.codec.rocketmq.StoredMessage;
import io.posthorse.filter.ExpressionException;
import io.posthorse.filter.Sql92;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Properties are found in a stored message of any content, with a bounded amount of work. */
class PropertyFilterTest {
    private static final int FLAGS = StoredMessage.FLAG_BORN_HOST_V6 | StoredMessage.FLAG_STORE_HOST_V6;

    private static ContentFilter filter(String expression) throws ExpressionException {
        return new PropertyFilter(Sql92.compile(expression)).content();
    }

    /** Returns a stored message with lengths only, at index 3 of a longer buffer. */
    private static ByteBuffer message(int flags, String properties) {
        byte[] bytes = properties.getBytes(StandardCharsets.UTF_8);
        int size = StoredMessage.size(flags, 7, 5, bytes.length);
        ByteBuffer out = ByteBuffer.allocate(size + 10);
        out.putInt(3 + StoredMessage.SYSTEM_FLAG, flags);
        int at = 3 + StoredMessage.bodyLength(flags);
        out.putInt(at, 7).put(at + 11, (byte) 5).putShort(at + 17, (short) bytes.length).put(at + 19, bytes);
        return out;
    }

    private static boolean matches(ContentFilter filter, ByteBuffer message) {
        return filter.matches(message, 3, message.capacity() - 10);
    }

    @Test
    void propertiesAreFoundBehindHostsOfBothLengths() throws ExpressionException {
        ContentFilter filter = filter("a = 'x' AND b = 2");
        for (int flags : new int[] {0, StoredMessage.FLAG_BORN_HOST_V6, StoredMessage.FLAG_STORE_HOST_V6, FLAGS}) {
            assertTrue(matches(filter, message(flags, "b\u00012\u0002c\u0001\u0002a\u0001x")));
            assertFalse(matches(filter, message(flags, "b\u00012\u0002aa\u0001x\u0002A\u0001x")));
            assertFalse(matches(filter, message(flags, "")));
        }
    }

    @Test
    void previousMessageLeavesNothingBehind() throws ExpressionException {
        ContentFilter filter = filter("a = 'x'");
        assertTrue(matches(filter, message(0, "a\u0001x\u0002")));
        assertFalse(matches(filter, message(0, "b\u0001x\u0002")));
        assertFalse(matches(filter, message(0, "a\u0001y\u0002")));
    }

    @Test
    void damagedMessagesCauseNoException() throws ExpressionException {
        Random random = new Random(7);
        ByteBuffer good = message(FLAGS, "a\u0001x\u0002");
        for (int i = 0; i < 200_000; i++) {
            ByteBuffer bad = ByteBuffer.wrap(good.array().clone());
            for (int j = random.nextInt(4); j >= 0; j--) {
                bad.put(random.nextInt(bad.capacity()), (byte) random.nextInt());
            }
            int at = random.nextInt(bad.capacity() + 1);
            filter("TRUE").matches(bad, at, random.nextInt(-5, 300));
            matches(filter("TRUE"), bad);
        }
        assertFalse(filter("TRUE").matches(good, 3, good.capacity()), "longer than the buffer");
        for (int size = 0; size < good.capacity() - 10; size++) {
            assertFalse(filter("TRUE").matches(good, 3, size), "cut to " + size);
        }
    }

    @Test
    void workIsBounded() throws ExpressionException {
        assertWork("a = 1", "a\u00011\u0002", 1_000_000);
        assertWork("a = 1", "x\u0001" + "y".repeat(32_000), 140);
        StringBuilder terms = new StringBuilder("a = '0'");
        for (int i = 0; i < 250; i++) {
            terms.append(" OR a = '").append(i).append('\'');
        }
        assertWork(terms.toString(), "a\u0001" + "y".repeat(32_000), 2);
        StringBuilder names = new StringBuilder("a0 IS NULL");
        for (int i = 1; i < 250; i++) {
            names.append(" AND a").append(i).append(" IS NULL");
        }
        assertWork(names.toString(), "b\u0001c\u0002".repeat(8_000), 4);
    }

    private static void assertWork(String expression, String properties, int messagesMax) throws ExpressionException {
        ContentFilter filter = filter(expression);
        ByteBuffer message = message(0, properties);
        int count = 0;
        while (!filter.isSpent()) {
            matches(filter, message);
            count++;
        }
        assertTrue(count > 0 && count <= messagesMax, count + " messages");
    }

    @Test
    void expressionsAreCompiledOnce() {
        Filters filters = new Filters(true);
        Filters.Choice good = filters.of("SQL92", "a = 1");
        Filters.Choice bad = filters.of("SQL92", "a ! 1");
        assertSame(good, filters.of("SQL92", "a = 1"));
        assertSame(bad, filters.of("SQL92", "a ! 1"));
        assertEquals(23, bad.code());
        for (int i = 0; i < 2_000; i++) {
            filters.of("SQL92", "b = " + i);
        }
        Filters.Choice again = filters.of("SQL92", "a = 1");
        assertNotSame(good, again, "it was dropped, since the cache is bounded");
        String blanks = " ".repeat(16_000);
        for (int i = 0; i < 70; i++) {
            filters.of("SQL92", "b = " + i + blanks);
        }
        assertNotSame(again, filters.of("SQL92", "a = 1"), "the characters in the cache are bounded too");
    }
}
