package io.posthorse.log;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.TreeSet;
import java.util.function.LongPredicate;

/**
 * The messages relocated since the last checkpoint; index files hold earlier ones. Older positions of a message stay known
 * while they are in the log; the newest one in force counts.
 */
final class Relocations {
    private TreeSet<RelocatedRecord> growing = new TreeSet<>(RelocatedRecord.ORDER);
    /** Those that are being written to files, oldest first. */
    private final List<TreeSet<RelocatedRecord>> frozen = new ArrayList<>(0);

    void add(RelocatedRecord relocated) {
        growing.add(relocated);
    }

    /** Freezes the growing set. Returns all that are in no file yet. */
    List<RelocatedRecord> freeze() {
        if (!growing.isEmpty()) {
            frozen.add(growing);
            growing = new TreeSet<>(RelocatedRecord.ORDER);
        }
        return frozen.stream().flatMap(TreeSet::stream).toList();
    }

    /** Notes that a file holds everything frozen up to then. */
    void written(List<RelocatedRecord> inFile) {
        if (!inFile.isEmpty()) {
            long last = inFile.stream().mapToLong(r -> r.position).max().orElse(0);
            frozen.removeIf(set -> set.stream().allMatch(r -> r.position <= last));
        }
    }

    void remove(int partition) {
        Iterator<RelocatedRecord> of = growing.tailSet(first(partition, 0)).iterator();
        while (of.hasNext() && of.next().partition == partition) {
            of.remove();
        }
    }

    /**
     * Returns the newest position in force of a partition's first relocated message at or behind an offset; null where
     * there is none in memory.
     */
    RelocatedRecord ceiling(int partition, long offset, LongPredicate inForce) {
        RelocatedRecord found = ceiling(growing, partition, offset, inForce);
        for (int i = frozen.size() - 1; i >= 0; i--) {
            RelocatedRecord there = ceiling(frozen.get(i), partition, offset, inForce);
            found = there == null || found != null && found.base <= there.base ? found : there;
        }
        return found;
    }

    private static RelocatedRecord ceiling(TreeSet<RelocatedRecord> in, int partition, long offset, LongPredicate inForce) {
        RelocatedRecord found = null;
        for (RelocatedRecord r : in.tailSet(first(partition, offset))) {
            if (r.partition != partition || found != null && r.base > found.base) {
                break;
            }
            found = inForce.test(r.position) ? r : found;
        }
        return found;
    }

    private static RelocatedRecord first(int partition, long offset) {
        return new RelocatedRecord(partition, offset, Long.MIN_VALUE, 0, 0);
    }
}
