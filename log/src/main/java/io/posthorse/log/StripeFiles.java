package io.posthorse.log;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;

/**
 * The index files of a log, in the order of their stripes. What a partition has in them is looked up when it is asked
 * for: nothing is kept in memory for each partition and file, so that many partitions with a long past cost little.
 *
 * <p>A look may throw {@link DamagedFile}; {@link #repair} mends that, and the look is repeated.
 */
final class StripeFiles {
    /** Stripes for which the disk has no room that are held in memory at a time. */
    private static final int HELD_MAX = 16;

    private ArrayList<StripeFile> stripes = new ArrayList<>();
    private IndexRebuild rebuild;
    private int missing;

    /** Takes what a directory has. */
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

    /** Everything below is in the files, or will be. */
    long end() {
        return stripes.isEmpty() ? 0 : stripes.get(stripes.size() - 1).to;
    }

    /** Forgets the stripes of which nothing is left. */
    List<StripeFile> drop(GoneRanges gone) {
        List<StripeFile> dropped = new ArrayList<>();
        stripes.removeIf(stripe -> gone.covers(stripe.from, stripe.to) && dropped.add(stripe));
        count();
        return dropped;
    }

    /** Puts others in the place of adjacent stripes; false, and nothing is done, where not all of those are there. */
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

    /** The oldest stripe that has no file yet, or null. */
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
     * Makes a stripe from the log at once, since somebody waits for what is in it. That it is not there yet must not be
     * taken for a message that is gone.
     */
    void repair(Object damaged) {
        int at = stripes.indexOf(damaged);
        if (at < 0) {
            return; // it went away meanwhile
        }
        StripeFile stripe = stripes.get(at);
        List<StripeFile> now = stripe.isMissing() ? rebuild.all(stripe) : rebuild.instead(stripe);
        replace(List.of(stripe), now);
    }

    /** Makes what is missing, one after the other, until the disk has no room: then it is made by the look that needs it. */
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

    /** Lets go of what was made for a look that is over, and could not be written, down to a few. */
    void limitHeld() {
        if (missing > HELD_MAX) {
            stripes.stream().filter(StripeFile::isHeld).skip(HELD_MAX).forEach(StripeFile::forget);
        }
    }

    /**
     * The first chunk of a partition with entries at or behind an offset; null where there is none.
     *
     * @param position stripes that end at or below it are not looked at
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
                last = last(at, partition); // stripes in which the partition got nothing
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

    /** The first offset of a partition whose record was appended at or above a position; -1 where there is none. */
    long above(int partition, long position) {
        for (int i = firstEndingAbove(position); i < stripes.size(); i++) {
            long offset = stripes.get(i).view().above(partition, position);
            if (offset >= 0) {
                return offset;
            }
        }
        return -1;
    }

    /** As {@link Relocations#ceiling}, of what is in files. */
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
