package io.posthorse.replication.ratis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class LeadershipTest {
    private Leadership leadership;
    private final MemoryReplica replica = new MemoryReplica() {
        @Override
        public void leading(long inTerm) {
            super.leading(inTerm);
            whileTold.run();
        }
    };
    private Runnable whileTold = () -> {};

    LeadershipTest() {
        leadership = new Leadership(replica);
    }

    @Test
    void anEndIsToldOnce() {
        leadership.announce(3, () -> true);
        assertTrue(leadership.leads(3));
        assertFalse(leadership.leads(2));
        assertTrue(leadership.end(3));
        assertFalse(leadership.end(3));
        leadership.end();
        assertEquals(List.of("leading 3", "fell 3"), replica.events);
        assertFalse(leadership.leads(3));
        assertTrue(leadership.isOver(3));
    }

    /** The engine reports the end within its lock, maybe before the beginning was told. */
    @Test
    void anEndThatCameBeforeTheBeginningIsToldLeavesNothingToTell() {
        leadership.announce(3, () -> false);
        assertEquals(List.of(), replica.events);
        assertFalse(leadership.leads(3));
    }

    @Test
    void anEndDoesNotOvertakeTheBeginning() {
        whileTold = () -> {
            assertTrue(leadership.leads(3), "proposals are accepted from now on");
            leadership.end();
            assertFalse(leadership.leads(3));
            assertEquals(List.of("leading 3"), replica.events);
        };
        leadership.announce(3, () -> true);
        assertEquals(List.of("leading 3", "fell 3"), replica.events);
    }

    @Test
    void aProposalOfAnEarlierTermDoesNotEndALaterOne() {
        leadership.announce(3, () -> true);
        leadership.announce(5, () -> true);
        assertFalse(leadership.end(3));
        assertEquals(List.of("leading 3", "fell 3", "leading 5"), replica.events);
    }
}
