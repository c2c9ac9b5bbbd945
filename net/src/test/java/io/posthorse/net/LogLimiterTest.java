package io.posthorse.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.platform.Clock;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LogLimiterTest {
    private long nanos;
    private final LogLimiter complaints = new LogLimiter(new Clock() {
        @Override
        public long wallMs() {
            return 0;
        }

        @Override
        public long nanos() {
            return nanos;
        }
    });

    @Test
    void secT21APeerCannotFillTheLog() {
        for (int second = 0; second < 3; second++) {
            nanos = second * 1_000_000_000L;
            assertEquals(10, IntStream.range(0, 30_000).filter(i -> complaints.allows("MalformedFrame")).count());
            assertTrue(complaints.allows("another reason"));
            nanos += 999_999_999;
            assertFalse(complaints.allows("MalformedFrame"));
        }
    }

    @Test
    void secT21InventedReasonsAreBoundedToo() {
        nanos = 5_000_000_000L;
        long lines = IntStream.range(0, 100_000).filter(i -> complaints.allows("reason " + i)).count();
        assertEquals(256, lines);
    }
}
