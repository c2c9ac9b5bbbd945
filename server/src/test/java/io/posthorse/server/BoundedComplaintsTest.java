package io.posthorse.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.posthorse.testkit.SimulatedClock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BoundedComplaintsTest {
    private final SimulatedClock clock = new SimulatedClock(1_700_000_000_000L);
    private final List<String> lines = new ArrayList<>();
    private final BoundedComplaints complaints = new BoundedComplaints(clock, lines::add);

    @Test
    void whoComplainsAllTheTimeGetsSomeLinesAMinuteAndTheRestCounted() {
        for (int i = 0; i < 1_000; i++) {
            complaints.tell("x");
        }
        assertEquals(BoundedComplaints.LINES_MAX, lines.size());
        clock.advance(60_000);
        complaints.tick();
        assertEquals("980 more of such lines were left out.", lines.getLast());
        complaints.tell("y");
        assertEquals("y", lines.getLast());
        clock.advance(60_000);
        complaints.tick();
        assertEquals("y", lines.getLast(), "nothing was left out");
    }
}
