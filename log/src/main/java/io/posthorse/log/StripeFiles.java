package io.posthorse.log;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;

/**
 * The index files of a log, in the order of their stripes. A partition's entries are searched at each use: memory holds
 * nothing per partition and file, so that many partitions with a long past cost little.
 *
 * <p>A search may throw {@link DamagedFile}; the caller then calls {@link #repair} and repeats it.
 */
final class StripeFiles {
    /** Limit of stripes held in memory while the disk has no room for them. */
    private static final int HELD_MAX = 16;

    private ArrayList<StripeFile> stripes = new ArrayList<>();
    private IndexRebuild rebuild;
    private int missing;

    /** Takes the stripes of a directory. */
    void load(List<StripeFile> found, IndexRebuild fromLog) {
        stripes = new ArrayList<>(found);
        rebuild = fromLog;
        count();
    }

    void add(StripeFile stripe) {
        stripes.add(stripe);
        count();
    }

    List<StripeFile> all() {
        return List.copyOf(stripes);
    }

    /** Returns the position below which everything is in the files, or will be. */
    long end() {
        return stripes.isEmpty() ? 0 : stripes.get(stripes.size() - 1).to;
    }

    /** Removes and returns the stripes whose records are all gone. */
    List<StripeFile> drop(GoneRanges gone) {
        List<StripeFile> dropped = new ArrayList<>();
        stripes.removeIf(stripe -> gone.covers(stripe.from, stripe.to) && dropped.add(stripe));
        count();
        return dropped;
    }

    /** Replaces adjacent stripes by others. Returns false and changes nothing where not all of them are present. */
    boolean replace(List<StripeFile> before, List<StripeFile> now) {
        int at = stripes.indexOf(before.get(0));
        if (at < 0 || at + before.size() > stripes.size()
                || !stripes.subList(at, at + before.size()).equals(before)) {
            return false;
        }
        List<StripeFile> there = stripes.subList(at, at + before.size());
        there.clear();
        stripes.addAll(at, now);
        count();
        return true;
    }

    /** Returns the oldest stripe without a file, or null. */
    StripeFile firstMissing() {
        return missing == 0 ? null : stripes.stream().filter(StripeFile::isMissing).findFirst().orElse(null);
    }

    private void count() {
        missing = 0;
        for (StripeFile stripe : stripes) {
            missing += stripe.isMissing() ? 1 : 0;
        }
    }

    /**
     * Makes a stripe from the log at once, since a reader waits for its entries. A stripe not made yet must not be taken
     * for gone messages.
     */
    void repair(Object damaged) {
        int at = stripes.indexOf(damaged);
        if (at < 0) {
            return; // removed meanwhile
        }
        StripeFile stripe = stripes.get(at);
        List<StripeFile> now = stripe.isMissing() ? rebuild.all(stripe) : rebuild.instead(stripe);
        replace(List.of(stripe), now);
    }

    /** Makes missing stripes one after the other, until the disk has no room; a search then makes each that it needs. */
    void makeMissing() {
        for (StripeFile stripe : all()) {
            if (stripe.isMissing()) {
                repair(stripe);
            }
            if (stripes.stream().anyMatch(StripeFile::isHeld)) {
                return;
            }
        }
    }

    /** Releases stripes in memory that could not be written, down to the limit, after a search. */
    void limitHeld() {
        if (missing > HELD_MAX) {
            stripes.stream().filter(StripeFile::isHeld).skip(HELD_MAX).forEach(StripeFile::forget);
        }
    }

    /**
     * Returns the first chunk of a partition with entries at or behind an offset; null where there is none.
     *
     * @param position position up to which ended stripes are skipped
     */
    Chunk ceiling(int partition, long offset, long position) {
        int low = firstEndingAbove(position);
        int high = stripes.size();
        Chunk found = null;
        while (low < high) {
            int at = (low + high) >>> 1;
            int middle = at;
            Chunk last = last(at, partition);
            while (last == null && ++at < high) {
                last = last(at, partition); // skips stripes without entries of the partition
            }
            if (last == null) {
                high = middle;
            } else if (last.end() <= offset) {
                low = at + 1;
            } else {
                found = stripes.get(at).view().ceiling(partition, offset);
                high = middle;
            }
        }
        return found;
    }

    /** Returns the first offset of a partition whose record was appended at or above a position; -1 where there is none. */
    long above(int partition, long position) {
        for (int i = firstEndingAbove(position); i < stripes.size(); i++) {
            long offset = stripes.get(i).view().above(partition, position);
            if (offset >= 0) {
                return offset;
            }
        }
        return -1;
    }

    /** Does the same as {@link Relocations#ceiling} for the files. */
    RelocatedRecord relocated(int partition, long offset, RelocatedRecord newer, LongPredicate inForce) {
        RelocatedRecord found = newer;
        for (int i = stripes.size() - 1; i >= 0 && (found == null || found.base > offset); i--) {
            StripeFile stripe = stripes.get(i);
            if (stripe.mayHaveRelocated()) {
                long before = found == null ? Long.MAX_VALUE : found.base;
                RelocatedRecord there = stripe.view().relocated(partition, offset, before, inForce);
                found = there == null ? found : there;
            }
        }
        return found;
    }

    private int firstEndingAbove(long position) {
        int low = 0;
        int high = stripes.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (stripes.get(middle).to <= position) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private Chunk last(int i, int partition) {
        IndexView view = stripes.get(i).view();
        int row = view.lastRow(partition);
        return row < 0 ? null : view.chunk(row);
    }
}
