package io.posthorse.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** Several rows of sections as one, in which the newer ones count. */
final class SectionMerge implements SectionSource {
    private final PriorityQueue<Head> heads = new PriorityQueue<>(
            Comparator.<Head, Section>comparing(head -> head.section).thenComparingInt(head -> head.age));
    private final Combination combination;
    private final boolean leaveOutGone;

    /** How two sections with one key become one. */
    interface Combination {
        /** The value of a section, of which an older and a newer file tell. */
        ByteBuffer combine(byte kind, ByteBuffer older, ByteBuffer newer);
    }

    private static final class Head {
        private final SectionSource source;
        private final int age;
        private Section section;

        private Head(SectionSource source, int age) {
            this.source = source;
            this.age = age;
        }
    }

    /**
     * Begins to merge.
     *
     * @param sources the oldest first
     * @param leaveOutGone whether the oldest holds all there was, so that nobody need know what is gone
     */
    SectionMerge(List<? extends SectionSource> sources, Combination combination, boolean leaveOutGone) throws IOException {
        this.combination = combination;
        this.leaveOutGone = leaveOutGone;
        for (int age = 0; age < sources.size(); age++) {
            advance(new Head(sources.get(age), age));
        }
    }

    private void advance(Head head) throws IOException {
        head.section = head.source.next();
        if (head.section != null) {
            heads.add(head);
        }
    }

    @Override
    public Section next() throws IOException {
        while (!heads.isEmpty()) {
            Section section = take();
            while (!heads.isEmpty() && heads.peek().section.equals(section)) {
                section = combined(section, take());
            }
            if (!section.isGone() || !leaveOutGone) {
                return section;
            }
        }
        return null;
    }

    private Section take() throws IOException {
        Head head = heads.poll();
        Section section = head.section;
        advance(head);
        return section;
    }

    private Section combined(Section older, Section newer) {
        if (older.isGone() || newer.isGone()) {
            return newer;
        }
        return new Section(newer.kind, newer.key, combination.combine(newer.kind, older.value(), newer.value()));
    }
}
