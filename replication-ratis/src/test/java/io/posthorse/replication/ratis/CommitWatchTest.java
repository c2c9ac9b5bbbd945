package io.posthorse.replication.ratis;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class CommitWatchTest {
    private final CommitWatch watch = new CommitWatch(3_000);
    private long now;

    private boolean after(long ms, boolean leads, long last, long committed) {
        now += ms * 1_000_000;
        return watch.isStuck(leads, last, committed, now);
    }

    @Test
    void entriesThatWaitTooLongAreNoticed() {
        assertFalse(after(0, true, 10, 10));
        assertFalse(after(60_000, true, 11, 10), "it has begun to wait only now");
        assertFalse(after(2_900, true, 20, 10));
        assertTrue(after(200, true, 30, 10));
    }

    @Test
    void eachCommitBeginsANewWait() {
        assertFalse(after(0, true, 11, 10));
        assertFalse(after(2_900, true, 20, 11));
        assertFalse(after(2_900, true, 30, 11));
        assertTrue(after(200, true, 30, 11));
    }

    @Test
    void anIdleLeaderAndAFollowerWaitForNothing() {
        assertFalse(after(0, true, 10, 10));
        assertFalse(after(60_000, true, 10, 10));
        assertFalse(after(0, false, 20, 10));
        assertFalse(after(60_000, false, 20, 10));
        assertFalse(after(1, true, 20, 10), "a new leader begins with what it found");
    }
}
