package io.posthorse.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;

/**
 * All partitions of a log, by number. Derived from the log: the entries of each stretch of log (a stripe) are written
 * to an {@link IndexFile} when a checkpoint is taken, and rebuilt from the records where that file is missing.
 */
public final class Index {
    private PartitionIndex[] partitions = new PartitionIndex[64];
    private final List<PartitionIndex> growing = new ArrayList<>();
    private final StripeFiles files = new StripeFiles();
    private long logBegin;

    /** A partition by number, or null. */
    public PartitionIndex partition(int id) {
        return id >= 0 && id < partitions.length ? partitions[id] : null;
    }

    /** Makes a partition known; {@code begin} and {@code next} are 0 for a new one. */
    public PartitionIndex create(int id, long begin, long next) {
        if (id >= partitions.length) {
            partitions = Arrays.copyOf(partitions, Math.max(id + 1, partitions.length * 2));
        }
        assert partitions[id] == null : "partition " + id + " exists";
        PartitionIndex created = new PartitionIndex(this, id, begin, next);
        partitions[id] = created;
        return created;
    }

    public void remove(int id) {
        growing.remove(partitions[id]);
        partitions[id] = null;
    }

    /** Notes a message's record. */
    public void append(PartitionIndex partition, long offset, long position, int length, int tag) {
        if (partition.isIdle()) {
            growing.add(partition);
        }
        partition.append(offset, position, length, tag);
    }

    /** Leaves out so many offsets of every partition. */
    public void jump(long offsets) {
        all().forEach(p -> p.jump(offsets));
    }

    public Collection<PartitionIndex> all() {
        return Arrays.stream(partitions).filter(Objects::nonNull).toList();
    }

    /** Ends all chunks in memory; they stay readable. */
    List<Stripe> freeze() {
        List<Stripe> frozen = new ArrayList<>(growing.size());
        for (PartitionIndex partition : growing) {
            for (Chunk chunk : partition.freezeAll()) {
                frozen.add(new Stripe(partition, chunk));
            }
        }
        growing.clear();
        return frozen;
    }

    /** The entries of a stripe are in a file from now on. */
    void adopt(ByteBuffer view, List<Stripe> stripes) {
        files.add(view);
        stripes.forEach(stripe -> stripe.partition().written(stripe.chunk()));
    }

    StripeFiles files() {
        return files;
    }

    /** Below that position everything was dropped. */
    long logBegin() {
        return logBegin;
    }

    /** Forgets everything below a position; each partition does when it is asked next. */
    public void dropBelow(long position) {
        logBegin = Math.max(logBegin, position);
        files.dropBelow(position);
    }

    /** One partition's part of a stripe. */
    record Stripe(PartitionIndex partition, Chunk chunk) {}
}
