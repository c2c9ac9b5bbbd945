package io.posthorse.broker;

import io.posthorse.fuzz.reading.Require;
import io.posthorse.fuzz.reading.Target;
import io.posthorse.log.Section;
import io.posthorse.log.SectionBuffer;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The sections of a checkpoint. Input, for each in any order: u8 kind, u8 length of the key, u16 length of the value, key
 * and value; the first of two with the same key counts.
 */
public final class SectionsTarget implements Target {
    private static final BrokerSettings SETTINGS = new BrokerSettings(
            1_000, 1_000, 16, new InternalTopics("schedule", "timed", "prepared", "suspended"), List.of(50L),
            new PostponedLimits(1_000, 500, 700, 3), 1L << 40, 200, 1L << 40,
            new Retention(1L << 50, 1L << 50, 1, ms -> false));

    /** Allows for the objects of each partition, which takes twenty bytes of input. */
    @Override
    public long allocated(int length) {
        return (8L << 20) + 2_048L * length;
    }

    @Override
    public void read(byte[] input) {
        StateMachine first = machine();
        try {
            sections(ByteBuffer.wrap(input)).forEach(first::restore);
        } catch (MalformedEventException e) {
            return;
        }
        first.restored();
        SectionBuffer written = new SectionBuffer();
        first.changeAll();
        first.beginFreeze(written);
        boolean more = first.freeze();
        while (more) {
            more = first.freeze();
        }
        StateMachine second = machine();
        written.sorted().forEach(second::restore);
        Require.that(first.snapshot().equals(second.snapshot()), "a state that is not read as it was written");
    }

    private static StateMachine machine() {
        MessageFormat[] formats = new MessageFormat[128];
        MessageFormat common = DirectoryTarget.formats().getFirst();
        formats[common.id()] = common;
        return new StateMachine(new State(SETTINGS, new MessageRenderer(SETTINGS, formats, common)), formats, Set.of());
    }

    private static TreeSet<Section> sections(ByteBuffer in) {
        TreeSet<Section> sections = new TreeSet<>();
        while (in.remaining() >= 4) {
            byte kind = in.get();
            byte[] key = new byte[Math.min(in.get() & 0xFF, in.remaining() - 2)];
            int length = in.getShort() & 0xFFFF;
            in.get(key);
            length = Math.min(length, in.remaining());
            sections.add(new Section(kind, key, in.slice(in.position(), length)));
            in.position(in.position() + length);
        }
        return sections;
    }
}
