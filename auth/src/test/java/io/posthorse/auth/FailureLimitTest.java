package io.posthorse.auth;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.platform.Clock;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class FailureLimitTest {
    private static final InetAddress HERE = InetAddress.getLoopbackAddress();
    private long nanos;
    private final FailureLimit limit = new FailureLimit(new Clock() {
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
    void afterFiveFailuresInTenSecondsUserAndSourceWait() throws Exception {
        for (int i = 0; i < FailureLimit.FAILURES_MAX; i++) {
            assertFalse(limit.isReached("ann", HERE));
            limit.failed("ann", HERE);
        }
        assertTrue(limit.isReached("ann", HERE));
        assertFalse(limit.isReached("bob", HERE));
        assertFalse(limit.isReached("ann", InetAddress.getByName("10.0.0.1")));
        nanos += FailureLimit.WINDOW_MS * 1_000_000 - 1;
        assertTrue(limit.isReached("ann", HERE));
        nanos++;
        assertFalse(limit.isReached("ann", HERE));
    }

    @Test
    void itForgetsTheOldestFirst() {
        for (int i = 0; i < FailureLimit.FAILURES_MAX; i++) {
            limit.failed("first", HERE);
        }
        for (int i = 0; i < FailureLimit.PAIRS_MAX - 1; i++) {
            limit.failed("user" + i, HERE);
        }
        assertTrue(limit.isReached("first", HERE));
        limit.failed("one more", HERE);
        assertFalse(limit.isReached("first", HERE));
    }
}
