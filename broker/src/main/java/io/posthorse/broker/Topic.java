package io.posthorse.broker;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** A named destination with partitions. */
public final class Topic extends StatePiece {
    static final byte KIND = 1;

    private static final int PARTITION = 20;
    private static final Partition[] NONE = {};

    private final String name;
    private final byte[] utf8;
    /** Number of used entries of the array: it grows by more than one, or a topic of 65,536 would be copied as often. */
    private int count;

    private Partition[] partitions = NONE;
    private TopicSettings settings;
    private final boolean internal;
    private boolean deleted;

    Topic(String name, TopicSettings settings, boolean internal) {
        this.name = name;
        this.utf8 = name.getBytes(StandardCharsets.UTF_8);
        this.settings = settings;
        this.internal = internal;
    }

    /** Returns whether it holds waiting messages; only the broker itself writes to it, and it cannot be deleted. */
    public boolean isInternal() {
        return internal;
    }

    public String name() {
        return name;
    }

    /** Returns whether a range of UTF-8 bytes is the topic's name. */
    public boolean isNamed(byte[] text, int from, int length) {
        return Arrays.equals(utf8, 0, utf8.length, text, from, from + length);
    }

    public TopicSettings settings() {
        return settings;
    }

    /** Returns a partition by its number in the topic; null where there is none. */
    public Partition partition(int number) {
        return number >= 0 && number < count ? partitions[number] : null;
    }

    /** Returns the number of partitions. */
    public int size() {
        return count;
    }

    /** Returns all present partitions by number, as an immutable list. */
    public List<Partition> partitions() {
        return List.copyOf(Arrays.asList(partitions).subList(0, count));
    }

    /** Returns the numbers of its partitions in the log. */
    Set<Integer> numbers() {
        return partitions().stream().map(Partition::id).collect(Collectors.toUnmodifiableSet());
    }

    /** Returns whether its partitions have consecutive numbers, so that the first one determines all of them. */
    boolean isNumberedInRow() {
        return count > 0 && partitions[count - 1].id() - partitions[0].id() == count - 1;
    }

    void add(Partition partition) {
        if (count == partitions.length) {
            partitions = Arrays.copyOf(partitions, count + 1 + count / 2);
        }
        partitions[count++] = partition;
    }

    /** Returns whether the topic was deleted; to be asked of a reference kept longer than a command. */
    public boolean isDeleted() {
        return deleted;
    }

    void settings(TopicSettings changed) {
        settings = changed;
    }

    void delete() {
        deleted = true;
    }

    // ---- in a checkpoint

    @Override
    byte kind() {
        return KIND;
    }

    @Override
    byte[] key() {
        return utf8;
    }

    @Override
    boolean isGone() {
        return deleted;
    }

    @Override
    int length() {
        return FieldCodec.size(settings) + 4 + count * PARTITION;
    }

    @Override
    void put(ByteBuffer out) {
        FieldCodec.put(out, settings);
        out.putInt(count);
        for (int i = 0; i < count; i++) {
            Partition partition = partitions[i];
            out.putInt(partition.id()).putLong(partition.index.knownBegin()).putLong(partition.index.next());
        }
    }
}
