package io.posthorse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Records below a checkpoint are not looked at again, so it says whether messages of other formats are among them. */
class RenderingTest {
    private static final BrokerSettings SETTINGS = new BrokerSettings(
            100, 100, 16, new InternalTopics("schedule", "timed", "prepared", "suspended"), List.of(50L),
            new PostponedLimits(500, 500, 700, 3), 1L << 40, 200, 1L << 40,
            new Retention(1L << 50, 1L << 50, 1, ms -> false));

    private final Rendering rendering = new Rendering(new MessageFormat[128], new TestFormat());

    private static boolean isNeededAfter(ByteBuffer checkpoint) {
        Rendering later = new Rendering(new MessageFormat[128], new TestFormat());
        new Snapshot(new State(SETTINGS, later)).restore(checkpoint);
        return later.isNeeded();
    }

    private ByteBuffer checkpoint() {
        State state = new State(SETTINGS, rendering);
        for (String internal : List.of("schedule", "timed", "prepared", "suspended")) {
            state.apply(new Event.TopicChanged(internal, TopicSettings.of(1), state.nextPartition()), 0);
        }
        return new Snapshot(state).write();
    }

    @Test
    void aCheckpointSaysWhetherOtherFormatsWereSeen() {
        rendering.saw(TestFormat.ID);
        assertEquals(false, isNeededAfter(checkpoint()));
        rendering.saw((byte) 2);
        assertEquals(true, isNeededAfter(checkpoint()));
    }

    @Test
    void oneThatDoesNotSayIsTakenForAYes() {
        ByteBuffer before = checkpoint();
        assertEquals(true, isNeededAfter(before.limit(before.limit() - 9)));
    }
}
