package io.posthorse.protocol.rocketmq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.platform.Clock;
import io.posthorse.platform.QuotaHolder;
import io.posthorse.platform.QuotaShares;
import io.posthorse.protocol.rocketmq.QueueLocks.Key;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class QueueLocksTest {
    private long nowMs = 1_000;
    private final QueueLocks locks = new QueueLocks(new Clock() {
        @Override
        public long wallMs() {
            return 0;
        }

        @Override
        public long nanos() {
            return nowMs * 1_000_000;
        }
    }, new QuotaShares(50, 100));

    private static final QuotaHolder ANN = new QuotaHolder("ann", InetAddress.getLoopbackAddress());
    private static final QuotaHolder BOB = new QuotaHolder("bob", InetAddress.getLoopbackAddress());

    private static Key key(int queue) {
        return new Key("G", "T", "b", queue);
    }

    @Test
    void lockIsHeldWhileRenewedAndFreeAMinuteAfter() {
        assertTrue(locks.lock(key(0), ANN, "c1"));
        for (int i = 0; i < 5; i++) {
            nowMs += QueueLocks.EXPIRY_MS - 1;
            assertFalse(locks.lock(key(0), ANN, "c2"));
            assertTrue(locks.lock(key(0), ANN, "c1"));
        }
        nowMs += QueueLocks.EXPIRY_MS;
        assertTrue(locks.lock(key(0), ANN, "c2"));
        assertFalse(locks.lock(key(0), ANN, "c1"));
        assertTrue(locks.lock(new Key("H", "T", "b", 0), ANN, "c1"));
    }

    @Test
    void onlyTheHolderCanUnlock() {
        locks.lock(key(0), ANN, "c1");
        locks.unlock(key(0), ANN, "c2");
        assertFalse(locks.lock(key(0), ANN, "c2"));
        locks.unlock(key(0), ANN, "c1");
        assertTrue(locks.lock(key(0), ANN, "c2"));
    }

    @Test
    void sameClientIdOfAnotherUserIsAnotherClient() {
        assertTrue(locks.lock(key(0), ANN, "c1"));
        assertFalse(locks.lock(key(0), BOB, "c1"));
        locks.unlock(key(0), BOB, "c1");
        assertFalse(locks.lock(key(0), BOB, "c1"));
    }

    @Test
    void numberOfLocksPerUserIsLimited() {
        for (int i = 0; i < QueueLocks.LOCKS_MAX / 2; i++) {
            assertTrue(locks.lock(key(i), ANN, "c1"));
        }
        assertFalse(locks.lock(key(-1), ANN, "c1"));
        assertTrue(locks.lock(key(7), ANN, "c1"));
        assertTrue(locks.lock(key(-2), BOB, "c1"), "half of the locks are for other users");
        nowMs += QueueLocks.EXPIRY_MS;
        assertTrue(locks.lock(key(-1), ANN, "c1"));
    }

    @Test
    void expiredLockIsReleasedOnceWhereItCannotBeTakenOver() {
        int half = QueueLocks.LOCKS_MAX / 2;
        for (int i = 0; i < half; i++) {
            assertTrue(locks.lock(key(i), ANN, "c1"));
        }
        nowMs += QueueLocks.EXPIRY_MS / 2;
        for (int i = half; i < 2 * half; i++) {
            assertTrue(locks.lock(key(i), BOB, "c2"));
        }
        nowMs += QueueLocks.EXPIRY_MS / 2;
        for (int i = 0; i < 10; i++) {
            assertFalse(locks.lock(key(0), BOB, "c2"), "the user has used up the share");
        }
        int got = 0;
        for (int i = -1; i > -half - 20; i--) {
            got += locks.lock(key(i), ANN, "c1") ? 1 : 0;
        }
        assertEquals(half, got);
    }
}
