package io.posthorse.replication.ratis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

class TermRunsTest {
    /** Terms of the entries of a log: 1 up to index 9, 2 up to 19, and so on. */
    private static final LongUnaryOperator TERMS = index -> index / 10 + 1;

    private final TermRuns runs = new TermRuns();

    @Test
    void termsOfDeletedEntriesAreKnown() {
        runs.note(0, 35, TERMS);
        for (long index = 0; index <= 35; index++) {
            assertEquals(TERMS.applyAsLong(index), runs.of(index), "entry " + index);
        }
        assertEquals(-1, runs.of(36), "not noted yet");
        assertEquals(-1, runs.of(-1));
    }

    @Test
    void theEntryBeforeTheFirstIsKnownAfterEachDeletion() {
        runs.note(0, 35, TERMS);
        for (long first = 1; first < 30; first++) {
            runs.note(first, first + 20, TERMS);
            assertEquals(TERMS.applyAsLong(first - 1), runs.of(first - 1), "before " + first);
        }
        assertEquals(-1, runs.of(5), "what is of no use is forgotten");
    }

    @Test
    void entriesThatWereLeftOutAreUnknown() {
        runs.note(0, 35, TERMS);
        runs.note(100, 120, TERMS);
        assertEquals(-1, runs.of(99));
        assertEquals(-1, runs.of(20));
        assertEquals(11, runs.of(100));
        runs.clear();
        assertEquals(-1, runs.of(100));
    }
}
