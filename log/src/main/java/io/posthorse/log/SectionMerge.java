package io.posthorse.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** A merge of several rows of sections into one, in which the newer ones count. */
final class SectionMerge implements SectionSource {
    private final PriorityQueue<Head> heads = new PriorityQueue<>(
            Comparator.<Head, Section>comparing(head -> head.section).thenComparingInt(head -> head.age));
    private final Combination combination;
    private final boolean leaveOutGone;

    /** A way to combine two sections with one key. */
    interface Combination {
        /** Returns the value of a section that an older and a newer file hold. */
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
     * @param leaveOutGone whether the oldest holds the whole state, so that removals need no section
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
