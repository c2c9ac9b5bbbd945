package io.posthorse.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Full disks in a group: what a leader decides has its room there, and followers go on as long as it fits. */
class FullGroupDisksTest {
    private static final LogSettings AGREED = new LogSettings(1 << 16, 1 << 14, 1 << 15, Commitment.AGREED);
    private static final long TERM = 7;
    private static final byte EVENT = 9;

    private final LogWorld leader = LogWorld.empty(AGREED);
    private final LogWorld follower = LogWorld.empty(AGREED);
    private int index;

    FullGroupDisksTest() throws IOException {
        leader.log().lead(TERM);
        leader.store.resume(); // both have their reserve
        follower.store.resume();
    }

    private void agree() throws IOException {
        for (Batch next = leader.log().nextProposal(); next != null; next = leader.log().nextProposal()) {
            leader.store.agreed(TERM, index, Batch.read(next.bytes()));
            follower.store.agreed(TERM, index++, Batch.read(next.bytes()));
            leader.log().write();
        }
    }

    private int messages() throws IOException {
        int count = 0;
        while (leader.turn(0, "message " + count) >= 0) {
            agree();
            count++;
        }
        return count;
    }

    private int events() throws IOException {
        int count = 0;
        while (leader.log().admits(40, 1, true)) {
            leader.log().reserve(40);
            leader.log().staging().payload().put(new byte[40]);
            leader.log().seal(EVENT, leader.timeMs, false);
            leader.log().write();
            agree();
            count++;
        }
        return count;
    }

    private void assertFollows() {
        assertNull(follower.log().poison());
        assertEquals(leader.store.agreedPoint(), follower.store.agreedPoint());
    }

    @Test
    void aFollowerWithTheDiskOfItsLeaderTakesAllThatTheLeaderDecides() throws IOException {
        long capacity = Math.max(leader.files.usedBytes(), follower.files.usedBytes()) + 100_000;
        leader.files.capacity(capacity);
        follower.files.capacity(capacity);
        assertTrue(messages() > 500);
        assertFollows();
        assertTrue(events() > 100, "what ends waiting goes on, from the reserve");
        assertFollows();
    }

    @Test
    void aFollowerWithLessRoomHaltsOnceNothingFits() throws IOException {
        follower.files.capacity(follower.files.usedBytes() + 100_000);
        leader.files.capacity(leader.files.usedBytes() + 1_000_000);
        messages();
        assertNotNull(follower.log().poison());
        assertNull(leader.log().poison());
        assertTrue(follower.store.agreedPoint().position() > 100_000 + AGREED.reserveBytes(), "its reserve is used, too");
    }
}
