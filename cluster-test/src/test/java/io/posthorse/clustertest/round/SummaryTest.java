package io.posthorse.clustertest.round;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** The table at the end of a run. */
class SummaryTest {
    private static Timeline of(long acknowledgedMs) {
        OptionalLong none = OptionalLong.empty();
        OptionalLong acknowledged = acknowledgedMs < 0 ? none : OptionalLong.of(acknowledgedMs * 1_000_000);
        return new Timeline(none, none, acknowledged, none, OptionalLong.of(9_000_000_000L), 70_000_000);
    }

    @Test
    void theTableHasMediansAndMaximaOfWhatCameToPass() {
        Summary summary = new Summary();
        assertEquals(List.of(), summary.lines());
        for (long ms : new long[] {2_000, 100, -1, 300}) {
            summary.add(FaultKind.KILL, of(ms));
        }
        assertEquals("kill             4   -                 0.30 2.00 (3)     9.00 9.00         0.07 0.07",
                summary.lines().get(1));
    }
}
