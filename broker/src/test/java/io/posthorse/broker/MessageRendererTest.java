package io.posthorse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.posthorse.log.Section;
import io.posthorse.log.SectionBuffer;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Records below a checkpoint are not looked at again, so it says whether messages of other formats are among them. */
class MessageRendererTest {
    private static final BrokerSettings SETTINGS = new BrokerSettings(
            100, 100, 16, new InternalTopics("schedule", "timed", "prepared", "suspended"), List.of(50L),
            new PostponedLimits(500, 500, 700, 3), 1L << 40, 200, 1L << 40,
            new Retention(1L << 50, 1L << 50, 1, ms -> false));

    private final MessageRenderer renderer = new MessageRenderer(SETTINGS, new MessageFormat[128], new TestFormat());

    private static boolean isNeededAfter(ByteBuffer checkpoint) {
        MessageRenderer later = new MessageRenderer(SETTINGS, new MessageFormat[128], new TestFormat());
        new WholeState(new State(SETTINGS, later)).restore(checkpoint);
        return later.isNeeded();
    }

    private static boolean isNeededAfter(List<Section> sections) {
        MessageRenderer later = new MessageRenderer(SETTINGS, new MessageFormat[128], new TestFormat());
        State state = new State(SETTINGS, later);
        sections.forEach(section -> StateSections.restore(state, section));
        return later.isNeeded();
    }

    private List<Section> sections() {
        State state = state();
        SectionBuffer out = new SectionBuffer();
        StateSections.begin(state, out);
        boolean more = state.changed.step();
        while (more) {
            more = state.changed.step();
        }
        return out.sorted();
    }

    private State state() {
        State state = new State(SETTINGS, renderer);
        for (String internal : List.of("schedule", "timed", "prepared", "suspended")) {
            state.apply(new Event.TopicChanged(internal, TopicSettings.of(1), state.nextPartition()), 0);
        }
        return state;
    }

    @Test
    void aCheckpointHoldsWhetherOtherFormatsWereSeen() {
        renderer.noteFormat(TestFormat.ID);
        assertEquals(false, isNeededAfter(sections()));
        assertEquals(false, isNeededAfter(WholeStates.of(state())));
        renderer.noteFormat((byte) 2);
        assertEquals(true, isNeededAfter(sections()));
        assertEquals(true, isNeededAfter(WholeStates.of(state())));
    }

    @Test
    void aCheckpointWithoutTheFlagCountsAsYes() {
        ByteBuffer before = WholeStates.of(state());
        assertEquals(true, isNeededAfter(before.limit(before.limit() - 9)));
    }
}
