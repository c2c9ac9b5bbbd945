package io.posthorse.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Takes the sections of a checkpoint in any order, and hands them out in theirs. Where one says that a piece is gone, and
 * another of its key has a value, the value counts: a piece went before the checkpoint began, and another took its key.
 */
public final class SectionBuffer {
    private static final int CHUNK = 1 << 16;

    private final List<Section> sections = new ArrayList<>();
    private ByteBuffer chunk = ByteBuffer.allocate(0);
    private long bytes;

    /**
     * Adds a section.
     *
     * @param length of its value
     * @return where to write the value
     * @throws IllegalArgumentException where the key is longer than {@link Section#KEY_MAX}
     */
    public ByteBuffer add(byte kind, byte[] key, int length) {
        if (chunk.remaining() < length) {
            chunk = ByteBuffer.allocate(Math.max(CHUNK, length));
        }
        ByteBuffer value = chunk.slice(chunk.position(), length);
        chunk.position(chunk.position() + length);
        add(new Section(kind, key, value.duplicate()), length);
        return value;
    }

    /** Notes that there is no such piece any more. */
    public void addGone(byte kind, byte[] key) {
        add(new Section(kind, key, null), 0);
    }

    private void add(Section section, int length) {
        if (section.key.length > Section.KEY_MAX) {
            throw new IllegalArgumentException("a key of " + section.key.length + " bytes");
        }
        sections.add(section);
        bytes += CheckpointFile.SECTION + section.key.length + length;
    }

    /** Bytes that they take in a file, about. */
    public long bytes() {
        return bytes;
    }

    /** All of them, in their order; those with one key behind each other, a value last. */
    public List<Section> sorted() {
        List<Section> sorted = new ArrayList<>(sections);
        sorted.sort(Comparator.<Section>naturalOrder().thenComparing(section -> !section.isGone()));
        return sorted;
    }

    /** All of them, each key once; the buffer must not change any more. */
    SectionSource source() {
        List<Section> sorted = sorted();
        int[] at = new int[1];
        return () -> {
            while (at[0] + 1 < sorted.size() && sorted.get(at[0]).equals(sorted.get(at[0] + 1))) {
                at[0]++;
            }
            return at[0] < sorted.size() ? sorted.get(at[0]++) : null;
        };
    }
}
