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
    void userAtAnAddressMustWaitAfterFiveFailures() throws Exception {
        for (int i = 0; i < FailureLimit.PAIR_MAX; i++) {
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
    void oldestFailuresAreDroppedFirst() throws Exception {
        for (int i = 0; i < FailureLimit.PAIR_MAX; i++) {
            limit.failed("first", HERE);
        }
        for (int i = 0; i < FailureLimit.REMEMBERED_MAX - 1; i++) {
            limit.failed("user" + i, address(i));
        }
        assertTrue(limit.isReached("first", HERE));
        limit.failed("one more", address(0));
        assertFalse(limit.isReached("first", HERE));
    }

    @Test
    void guessingManyUsersFromOneAddressLocksOutNoKnownUser() {
        limit.proved("ann", HERE);
        for (int i = 0; i < FailureLimit.EACH_MAX; i++) {
            assertFalse(limit.isReached("bob", HERE));
            limit.failed("user" + i, HERE);
        }
        assertTrue(limit.isReached("bob", HERE));
        assertFalse(limit.isReached("ann", HERE), "ann is known at this address");
    }

    @Test
    void guessingOneUserFromManyAddressesDoesNotLockOutTheUser() throws Exception {
        limit.proved("ann", HERE);
        for (int i = 0; i < FailureLimit.EACH_MAX; i++) {
            assertFalse(limit.isReached("ann", address(1_000)));
            limit.failed("ann", address(i));
        }
        assertTrue(limit.isReached("ann", address(1_000)));
        assertFalse(limit.isReached("ann", HERE));
        nanos += FailureLimit.WINDOW_MS * 1_000_000;
        assertFalse(limit.isReached("ann", address(1_000)));
    }

    @Test
    void ipv6AddressesOfOneNetworkCountTogether() throws Exception {
        for (int i = 0; i < FailureLimit.EACH_MAX; i++) {
            limit.failed("user" + i, InetAddress.getByName("2001:db8:0:1::" + Integer.toHexString(i + 1)));
        }
        assertTrue(limit.isReached("bob", InetAddress.getByName("2001:db8:0:1::ffff")));
        assertFalse(limit.isReached("bob", InetAddress.getByName("2001:db8:0:2::1")));
    }

    private static InetAddress address(int i) throws Exception {
        return InetAddress.getByAddress(new byte[] {10, (byte) (i >> 16), (byte) (i >> 8), (byte) i});
    }
}
