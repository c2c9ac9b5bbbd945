package io.posthorse.protocol.rocketmq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.platform.Clock;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OffsetResetsTest {
    private static final String QUEUE = "queue";

    private long nowMs = 1_000;
    private final OffsetResets<String, String> resets = new OffsetResets<>(new Clock() {
        @Override
        public long wallMs() {
            return 0;
        }

        @Override
        public long nanos() {
            return nowMs * 1_000_000;
        }
    });

    @BeforeEach
    void reset() {
        resets.add("G", QUEUE, 5);
    }

    @Test
    void oldCommitsAreIgnoredUntilTheMemberHasMoved() {
        assertTrue(resets.outdates("G", QUEUE, 9));
        assertTrue(resets.outdates("G", QUEUE, 4));
        assertFalse(resets.outdates("H", QUEUE, 9));
        assertFalse(resets.outdates("G", "another", 9));
        assertFalse(resets.outdates("G", QUEUE, 5));
        assertFalse(resets.outdates("G", QUEUE, 9));
    }

    @Test
    void pullFromTheNewOffsetShowsThatTheMemberHasMoved() {
        assertEquals(-1, resets.redirect("G", QUEUE, 9));
        assertTrue(resets.outdates("G", QUEUE, 9));
        assertEquals(-1, resets.redirect("G", QUEUE, 5));
        assertFalse(resets.outdates("G", QUEUE, 9));
    }

    @Test
    void memberThatDoesNotMoveIsRedirectedAfterAWhile() {
        nowMs += 14_999;
        assertEquals(-1, resets.redirect("G", QUEUE, 9));
        nowMs += 1;
        assertEquals(5, resets.redirect("G", QUEUE, 9));
        assertEquals(-1, resets.redirect("H", QUEUE, 9));
        assertEquals(-1, resets.redirect("G", QUEUE, 5));
        assertEquals(-1, resets.redirect("G", QUEUE, 9));
    }

    @Test
    void resetsExpireAfterAMinute() {
        nowMs += 60_001;
        assertFalse(resets.outdates("G", QUEUE, 9));
        assertEquals(-1, resets.redirect("G", QUEUE, 9));
    }

    @Test
    void numberOfResetsIsLimited() {
        String[] queues = new String[100_000];
        for (int i = 0; i < queues.length; i++) {
            queues[i] = "queue" + i;
            resets.add("G", queues[i], i);
        }
        assertTrue(resets.outdates("G", queues[99_998], 1));
        assertFalse(resets.outdates("G", queues[99_999], 1), "one more than the limit");
        nowMs += 60_001;
        resets.add("G", queues[7], 7);
        assertTrue(resets.outdates("G", queues[7], 1), "expired resets make room");
    }
}
