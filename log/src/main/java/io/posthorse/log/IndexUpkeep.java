package io.posthorse.log;

import io.posthorse.platform.Background;
import io.posthorse.platform.FileStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The background work that keeps the index files of a log few and whole: makes missing ones, merges small ones as they age,
 * and deletes unused ones, in small steps.
 */
final class IndexUpkeep {
    static final String UNFINISHED = "unfinished-index";
    /** Number of calls of {@link #resume} to skip after a failure, which may be a full disk. */
    private static final int PAUSE = 10;

    /** Number of calls of {@link #resume} after which the files are checked again where they are read. */
    static final int CHECK_AGAIN = 600;

    private final FileStore files;
    private final Background background;
    private final Log log;
    private final Index index;
    private long mergeBound;
    private boolean busy;
    private int pause;
    private int sinceChecked;

    /** @param mergeBound position: files that end above it are not merged yet */
    IndexUpkeep(FileStore files, Background background, Log log, Index index, long mergeBound) {
        this.files = files;
        this.background = background;
        this.log = log;
        this.index = index;
        this.mergeBound = mergeBound;
    }

    /** Allows merges of files up to a position, below which no kept checkpoint lies. */
    void mergeBelow(long position) {
        mergeBound = Math.max(mergeBound, position);
        next();
    }

    /** Continues after a failure. The owner calls it periodically. */
    void resume() {
        if (pause > 0) {
            pause--;
        }
        sinceChecked++;
        if (sinceChecked >= CHECK_AGAIN) {
            sinceChecked = 0;
            index.forgetChecks();
        }
        next();
    }

    /** Deletes the unused files. */
    void deleteDropped() {
        List<StripeFile> dropped = index.takeDropped();
        if (!dropped.isEmpty()) {
            background.run(() -> delete(dropped), failure -> {});
        }
    }

    /** Deletes files without readers. Their blocks are free at once, though a mapping lives until it is collected. */
    private void delete(List<StripeFile> stripes) throws IOException {
        for (StripeFile stripe : stripes) {
            if (stripe.name != null) {
                files.discard(stripe.name);
            }
        }
    }

    private void next() {
        if (busy || pause > 0 || log.poison() != null) {
            return;
        }
        StripeFile missing = index.files().firstMissing();
        if (missing != null) {
            make(missing);
            return;
        }
        long bound = Math.min(mergeBound, index.committed());
        List<StripeFile> parts = MergePlan.next(
                index.files().all().stream().takeWhile(stripe -> stripe.to <= bound).toList());
        if (!parts.isEmpty()) {
            busy = true;
            step(new IndexMerge(files, parts, index.gone(), index.ids()));
        }
    }

    private void make(StripeFile missing) {
        busy = true;
        long read = log.beginRead();
        Segment[] segments = log.view().segments();
        List<List<StripeFile>> made = new ArrayList<>(1);
        background.run(() -> made.add(IndexRebuild.first(files, segments, missing)), failure -> {
            log.endRead(read);
            busy = false;
            if (failure != null) {
                pause = PAUSE;
                return;
            }
            if (!index.replace(List.of(missing), made.get(0))) {
                discard(made.get(0).get(0));
            }
            next();
        });
    }

    /** Deletes a file unless the owner has made the same one meanwhile. */
    private void discard(StripeFile stripe) {
        boolean used = index.files().all().stream().anyMatch(s -> stripe.name.equals(s.name));
        if (!used) {
            background.run(() -> files.delete(stripe.name), failure -> {});
        }
    }

    private void step(IndexMerge merge) {
        DamagedFile[] damaged = new DamagedFile[1];
        background.run(
                () -> {
                    try {
                        merge.step();
                    } catch (DamagedFile e) {
                        damaged[0] = e;
                    } catch (IOException e) {
                        merge.close();
                        throw e;
                    }
                },
                failure -> stepped(merge, damaged[0], failure));
    }

    private void stepped(IndexMerge merge, DamagedFile damaged, IOException failure) {
        if (failure == null && damaged == null && merge.merged() == null && isWanted(merge)) {
            step(merge);
            return;
        }
        busy = false;
        if (failure != null) {
            pause = PAUSE;
            return;
        }
        if (damaged != null) {
            index.replaceDamaged((StripeFile) damaged.file());
        } else if (merge.merged() != null && !adopt(merge)) {
            discard(merge.merged());
        }
        next();
    }

    /** Returns whether the merged file stays within its size limit; the lengths are known after the first step. */
    private boolean isWanted(IndexMerge merge) {
        long[] lengths = merge.lengths();
        long all = 0;
        for (int i = 0; i < lengths.length; i++) {
            merge.parts().get(i).setBytes(lengths[i]);
            all += lengths[i];
        }
        return all <= MergePlan.BYTES_MAX;
    }

    /** Puts the merged file in place, unless the owner has made a part again meanwhile. Emptied parts may be missing. */
    private boolean adopt(IndexMerge merge) {
        StripeFile merged = merge.merged();
        List<StripeFile> there = index.files().all().stream()
                .filter(stripe -> stripe.from >= merged.from && stripe.to <= merged.to)
                .toList();
        List<StripeFile> parts = merge.parts();
        if (there.isEmpty() || !parts.containsAll(there) || !index.replace(there, List.of(merged))) {
            return false;
        }
        background.run(() -> delete(parts), failure -> {});
        return true;
    }
}
