package io.posthorse.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.testkit.FaultyFileStore;
import io.posthorse.testkit.SeededEntropy;
import io.posthorse.testkit.SimulatedBackground;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Large segments that go hold nobody up. */
class DroppedSegmentsTest {
    private static final int SIZE = 1 << 16;
    private static final int STEP = 1 << 12;

    @Test
    void otherWorkWaitsForOnePartOfASegmentAtMost() throws IOException {
        FaultyFileStore files = new FaultyFileStore(new SeededEntropy(1));
        SimulatedBackground background = new SimulatedBackground();
        DroppedSegments dropped = new DroppedSegments(background, STEP);
        List<Segment> segments = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            segments.add(Segment.create(files, (long) i * SIZE, (long) i * SIZE, SIZE, SIZE));
            dropped.add(segments.getLast());
        }
        int rounds = 0;
        while (background.hasJobs()) {
            boolean[] done = new boolean[1];
            background.run(() -> done[0] = true, failure -> { });
            background.runJob();
            assertFalse(done[0]);
            background.runJob();
            assertTrue(done[0], "a force, say, is next but one, however much there is to give back");
            background.deliver();
            background.deliver();
            rounds++;
        }
        assertEquals(3 * SIZE / STEP, rounds);
        for (Segment segment : segments) {
            assertEquals(0, files.open(Segment.name(segment.base)).size());
        }
    }
}
