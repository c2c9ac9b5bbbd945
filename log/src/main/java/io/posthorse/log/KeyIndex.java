package io.posthorse.log;

import io.posthorse.platform.Background;
import io.posthorse.platform.FileStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.IntConsumer;
import java.util.function.LongPredicate;

/**
 * Finds records by the keys of their messages: a hash of each, in stretches of the log. The newest stretch grows in
 * memory and becomes a {@link KeyFile} with each checkpoint; files are merged as they age. Files that are missing when a
 * directory is opened, or turn out to be damaged, are made from the log by the background; until that has come to a
 * stretch, nothing of it is found.
 *
 * <p>Hashes collide, so who searches looks at what is found.
 */
public final class KeyIndex {
    /** Log that is read at a time to make files that are missing, so that forces get their turn. */
    private static final int REBUILD_BYTES = 64 << 20;
    /** Calls of {@link #rebuild} that are let pass after a failure, which may be a full disk. */
    private static final int PAUSE = 10;

    private final FileStore files;
    private final Background background;
    private final Source source;
    private final TreeMap<Long, KeyStripe> stripes = new TreeMap<>();
    /** Stretches whose keys are still to be read from the log: from, to. */
    private final ArrayDeque<long[]> missing = new ArrayDeque<>();

    private GoneRanges gone = GoneRanges.NONE;
    private GrowingKeys growing;
    private boolean loaded;
    private boolean busy;
    private int pause;

    /** Reads the keys of messages. */
    public interface Source {
        /**
         * Gives the hashes of a message's keys; called by the background, so a function of nothing but the record.
         *
         * @param at index of the record's first byte
         */
        void keys(ByteBuffer bytes, int at, int length, IntConsumer sink);
    }

    KeyIndex(FileStore files, Background background, Source source, long tail) {
        this.files = files;
        this.background = background;
        this.source = source;
        this.growing = new GrowingKeys(tail);
    }

    /** Notes a key of the message whose record stands at a position. */
    public void add(int hash, long position, long timeMs) {
        growing.add(hash, position, timeMs);
    }

    /** The stretches as they are now, for a search by another thread. */
    public Snapshot snapshot() {
        List<KeyStripe> newestFirst = new ArrayList<>();
        newestFirst.add(growing.soFar());
        newestFirst.addAll(stripes.descendingMap().values());
        return new Snapshot(newestFirst);
    }

    /** Stretches of one moment. */
    public static final class Snapshot {
        private final List<KeyStripe> newestFirst;

        private Snapshot(List<KeyStripe> newestFirst) {
            this.newestFirst = newestFirst;
        }

        /**
         * Offers positions of records that may have a key, newest first, until one is not taken.
         *
         * @param fromMs stretches with no message between these times are passed over
         */
        public void find(int hash, long fromMs, long toMs, LongPredicate taken) {
            for (KeyStripe stripe : newestFirst) {
                if (stripe.isWithin(fromMs, toMs) && !stripe.find(hash, taken)) {
                    return;
                }
            }
        }
    }

    /** Whether keys of older messages are still being read. */
    public boolean isComplete() {
        return missing.isEmpty();
    }

    // ---- files

    /** Ends the growing stretch at a position; it stays searchable. None where it has not begun. */
    List<GrowingKeys> freeze(long to) {
        GrowingKeys frozen = growing;
        if (frozen.from == to) {
            return List.of();
        }
        growing = new GrowingKeys(to);
        frozen.to = to;
        stripes.put(frozen.from, frozen);
        return List.of(frozen);
    }

    /** Takes a stretch from its file from now on. */
    void replace(SortedKeys inFile) {
        stripes.put(inFile.from, inFile);
    }

    /** The records from a position on, up to another, are gone. */
    void drop(long from, long to) {
        gone = gone.with(from, to);
        List<SortedKeys> dropped = new ArrayList<>();
        stripes.values().removeIf(
                s -> s instanceof SortedKeys sorted && gone.covers(sorted.from, sorted.to) && dropped.add(sorted));
        delete(dropped);
    }

    private void delete(List<SortedKeys> stretches) {
        if (!stretches.isEmpty()) {
            background.run(
                    () -> {
                        for (SortedKeys stretch : stretches) {
                            files.delete(stretch.name);
                        }
                    },
                    failure -> {});
        }
    }

    /** Begins to take what there is of files, by name, and to make what there is not. */
    void load(Log log) {
        long begin = log.begin() + Segment.HEADER;
        long tail = growing.from;
        List<String> names = new ArrayList<>();
        background.run(() -> files.list().stream().filter(KeyFile::isName).forEach(names::add), failure -> {
            List<SortedKeys> unused = new ArrayList<>();
            List<String> used = StretchNames.covering(names, begin, tail);
            long covered = begin;
            for (String name : used) {
                if (StretchNames.from(name) > covered) {
                    missing.add(new long[] {covered, StretchNames.from(name)});
                }
                stripes.put(StretchNames.from(name), new SortedKeys(files, name, 0));
                covered = StretchNames.to(name);
            }
            if (covered < tail) {
                missing.add(new long[] {covered, tail});
            }
            names.stream() // also of a tail that was cut: once the log is as long again, they would speak of other records
                    .filter(name -> !used.contains(name))
                    .forEach(name -> unused.add(new SortedKeys(files, name, 0)));
            delete(unused);
            loaded = true;
            rebuild(log);
        });
    }

    /** To be called every now and then: goes on with making files and merging them, which a full disk may have stopped. */
    void resume(Log log) {
        pause = Math.max(0, pause - 1);
        rebuild(log);
    }

    /** Goes on with the next piece of work on files, unless one is under way. */
    void rebuild(Log log) {
        if (busy || !loaded || pause > 0 || log.poison() != null) {
            return;
        }
        takeOutDamaged();
        long[] next = firstMissing();
        if (next == null) {
            merge(log);
            return;
        }
        busy = true;
        long read = log.readBegins();
        KeyRebuild work = new KeyRebuild(files, source, log.view(), next[0], next[1], REBUILD_BYTES);
        background.run(work, failure -> {
            log.readEnded(read);
            busy = false;
            if (failure != null) {
                pause = PAUSE;
                return;
            }
            if (gone.covers(work.made().from, work.made().to)) {
                delete(List.of(work.made()));
            } else {
                stripes.put(work.made().from, work.made());
            }
            next[0] = work.reached();
            rebuild(log);
        });
    }

    private long[] firstMissing() {
        long[] first = missing.peekFirst();
        while (first != null) {
            first[0] = gone.end(first[0]);
            if (first[0] < first[1]) {
                return first;
            }
            missing.removeFirst();
            first = missing.peekFirst();
        }
        return null;
    }

    private void takeOutDamaged() {
        stripes.values().removeIf(s -> {
            boolean damaged = s instanceof SortedKeys sorted && sorted.isDamaged();
            if (damaged) {
                missing.add(new long[] {s.from, ((SortedKeys) s).to});
                delete(List.of((SortedKeys) s));
            }
            return damaged;
        });
    }

    private void merge(Log log) {
        List<SortedKeys> inFiles = new ArrayList<>();
        for (KeyStripe stripe : stripes.values()) {
            if (!(stripe instanceof SortedKeys sorted)) {
                break; // not written yet
            }
            inFiles.add(sorted);
        }
        List<SortedKeys> parts = MergePlan.next(inFiles);
        if (!parts.isEmpty()) {
            busy = true;
            step(new KeyMerge(files, parts, gone), log);
        }
    }

    private void step(KeyMerge merge, Log log) {
        DamagedFile[] damaged = new DamagedFile[1];
        background.run(
                () -> {
                    try {
                        merge.step();
                    } catch (DamagedFile e) {
                        damaged[0] = e;
                        merge.close();
                    } catch (IOException e) {
                        merge.close();
                        throw e;
                    }
                },
                failure -> {
                    if (failure == null && damaged[0] == null && merge.merged() == null && !merge.isTooLong()) {
                        step(merge, log);
                        return;
                    }
                    busy = false;
                    if (failure != null) {
                        pause = PAUSE;
                        return;
                    }
                    if (damaged[0] != null) {
                        ((SortedKeys) damaged[0].file()).isFoundDamaged();
                    } else if (merge.merged() != null) {
                        adopt(merge);
                    }
                    rebuild(log);
                });
    }

    private void adopt(KeyMerge merge) {
        for (SortedKeys part : merge.parts()) {
            part.replacedBy(merge.merged());
            stripes.remove(part.from, part);
        }
        stripes.put(merge.merged().from, merge.merged());
        delete(merge.parts());
    }
}
