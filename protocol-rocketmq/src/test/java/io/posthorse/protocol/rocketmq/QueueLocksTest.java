package io.posthorse.protocol.rocketmq;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.platform.Clock;
import io.posthorse.protocol.rocketmq.QueueLocks.Key;
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
    });

    private static Key key(int queue) {
        return new Key("G", "T", "b", queue);
    }

    @Test
    void aLockIsKeptWhileItIsRenewedAndFreeAMinuteAfter() {
        assertTrue(locks.lock(key(0), "c1"));
        for (int i = 0; i < 5; i++) {
            nowMs += QueueLocks.EXPIRY_MS - 1;
            assertFalse(locks.lock(key(0), "c2"));
            assertTrue(locks.lock(key(0), "c1"));
        }
        nowMs += QueueLocks.EXPIRY_MS;
        assertTrue(locks.lock(key(0), "c2"));
        assertFalse(locks.lock(key(0), "c1"));
        assertTrue(locks.lock(new Key("H", "T", "b", 0), "c1"));
    }

    @Test
    void onlyTheHolderUnlocks() {
        locks.lock(key(0), "c1");
        locks.unlock(key(0), "c2");
        assertFalse(locks.lock(key(0), "c2"));
        locks.unlock(key(0), "c1");
        assertTrue(locks.lock(key(0), "c2"));
    }

    @Test
    void inventedQueuesDoNotFillTheMemory() {
        for (int i = 0; i < QueueLocks.LOCKS_MAX; i++) {
            assertTrue(locks.lock(key(i), "c1"));
        }
        assertFalse(locks.lock(key(-1), "c1"));
        assertTrue(locks.lock(key(7), "c1"));
        nowMs += QueueLocks.EXPIRY_MS;
        assertTrue(locks.lock(key(-1), "c1"));
    }
}
