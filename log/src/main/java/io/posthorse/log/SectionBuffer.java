package io.posthorse.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A buffer that takes the sections of a checkpoint in any order and returns them in theirs. Of a value and a removal with
 * the same key the value counts: the piece was removed before the checkpoint began, and another took its key.
 */
public final class SectionBuffer {
    private static final int CHUNK = 1 << 16;

    private final List<Section> sections = new ArrayList<>();
    private ByteBuffer chunk = ByteBuffer.allocate(0);
    private long bytes;

    /**
     * Adds a section.
     *
     * @param length of its value in bytes
     * @return buffer for the value
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

    /** Adds a section that says that a piece no longer exists. */
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

    /** Returns their approximate bytes in a file. */
    public long bytes() {
        return bytes;
    }

    /** Returns all sections, in order; those with one key are adjacent, a value last. */
    public List<Section> sorted() {
        List<Section> sorted = new ArrayList<>(sections);
        sorted.sort(Comparator.<Section>naturalOrder().thenComparing(section -> !section.isGone()));
        return sorted;
    }

    /**
     * Returns all sections, each key once; the buffer must no longer change.
     *
     * @param agreed comes first; null where there is no group
     */
    SectionSource source(AgreedSection agreed) {
        List<Section> sorted = sorted();
        if (agreed != null) {
            sorted.addFirst(agreed.section());
        }
        int[] at = new int[1];
        return () -> {
            while (at[0] + 1 < sorted.size() && sorted.get(at[0]).equals(sorted.get(at[0] + 1))) {
                at[0]++;
            }
            return at[0] < sorted.size() ? sorted.get(at[0]++) : null;
        };
    }
}
