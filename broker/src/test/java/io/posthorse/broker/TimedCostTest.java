package io.posthorse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.testkit.SeededEntropy;
import org.junit.jupiter.api.Test;

/** What a message costs that waits for its time: ten million of them must fit into the default heap of 512 MiB. */
class TimedCostTest {
    private static final int MESSAGES = 2_000_000;
    private static final int BYTES_MAX = 36;
    private static final int DUE_WITHIN_MS = 1_000_000_000;

    private static long used() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            System.gc();
            least = Math.min(least, Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
        }
        return least;
    }

    @Test
    void tenMillionFitIntoTheDefaultHeap() {
        SeededEntropy entropy = new SeededEntropy(7);
        long before = used();
        TimedMessages timed = new TimedMessages(new StateChanges());
        for (int offset = 0; offset < MESSAGES; offset++) {
            timed.add(offset, 1_700_000_000_000L + entropy.below(DUE_WITHIN_MS));
        }
        long each = (used() - before) / MESSAGES;
        System.out.println("a message that waits for its time: " + each + " bytes");
        assertEquals(MESSAGES, timed.size());
        assertTrue(each <= BYTES_MAX, each + " bytes each");
    }
}
