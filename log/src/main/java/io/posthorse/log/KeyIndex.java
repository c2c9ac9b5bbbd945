package io.posthorse.log;

import io.posthorse.platform.Background;
import io.posthorse.platform.FileStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntConsumer;
import java.util.function.LongPredicate;

/**
 * An index of records by the keys of their messages: a hash of each key, in stretches of the log. The newest stretch grows
 * in memory and becomes a {@link KeyFile} with each checkpoint; files are merged as they age. The background makes files
 * that are missing at the opening, or damaged, from the log; until then no search finds keys of their stretches.
 *
 * <p>Hashes collide, so the caller checks the records found.
 */
public final class KeyIndex {
    /** Bytes of log to read at a time for missing files, so that forces get their turn. */
    private static final int REBUILD_BYTES = 64 << 20;
    /** Number of calls of {@link #rebuild} to skip after a failure, which may be a full disk. */
    private static final int PAUSE = 10;

    private final FileStore files;
    private final Background background;
    private final Source source;
    private final TreeMap<Long, KeyStripe> stripes = new TreeMap<>();
    /** Stretches whose keys are still to be read from the log: from, to. */
    private final ArrayDeque<long[]> missing = new ArrayDeque<>();

    /**
     * Repaired ranges whose stretches may lack keys, since records could not be read when the stretches were made. A
     * stretch in memory is made anew once it is in a file.
     */
    private final List<DamagedRange> lacking = new ArrayList<>();
    /** Ranges whose stretches are being made anew. */
    private final List<DamagedRange> remade = new ArrayList<>();

    private GoneRanges gone = GoneRanges.NONE;
    private GrowingKeys growing;
    private boolean loaded;
    private boolean busy;
    private int pause;

    /** A reader of the keys of messages. */
    public interface Source {
        /**
         * Passes the hashes of a message's keys to {@code sink}. The background calls it, so it must depend on nothing but
         * the record.
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

    /** Adds a key of the message whose record is at a position. */
    public void add(int hash, long position, long timeMs) {
        growing.add(hash, position, timeMs);
    }

    /** Returns the present stretches, for a search by another thread. */
    public Snapshot snapshot() {
        List<KeyStripe> newestFirst = new ArrayList<>();
        newestFirst.add(growing.soFar());
        newestFirst.addAll(stripes.descendingMap().values());
        return new Snapshot(newestFirst);
    }

    /** The stretches at one moment. */
    public static final class Snapshot {
        private final List<KeyStripe> newestFirst;

        private Snapshot(List<KeyStripe> newestFirst) {
            this.newestFirst = newestFirst;
        }

        /**
         * Passes positions of records that may have a key, newest first, until {@code taken} refuses one.
         *
         * @param fromMs begin of the time range, ms since 1970; stretches without a message in the range are skipped
         */
        public void find(int hash, long fromMs, long toMs, LongPredicate taken) {
            for (KeyStripe stripe : newestFirst) {
                if (stripe.isWithin(fromMs, toMs) && !stripe.find(hash, taken)) {
                    return;
                }
            }
        }
    }

    /** Returns whether the keys of all older messages have been read. */
    public boolean isComplete() {
        return missing.isEmpty() && lacking.isEmpty();
    }

    // ---- files

    /** Ends the growing stretch at a position; it stays searchable. Returns none where the stretch is empty. */
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

    /** Replaces a stretch in memory by its file. */
    void replace(SortedKeys inFile) {
        stripes.put(inFile.from, inFile);
    }

    /** Notes that the records between two positions are gone. */
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

    /** Begins to load the present files, by name, and to make the missing ones. */
    void load(Log log) {
        long begin = log.begin() + Segment.HEADER;
        long tail = growing.from;
        List<String> names = new ArrayList<>();
        List<DamagedRange> mended = new ArrayList<>();
        background.run(() -> {
            for (String name : files.list()) {
                if (KeyFile.isName(name)) {
                    names.add(name);
                } else if (MendedRange.isName(name)) {
                    mended.add(MendedRange.of(name));
                }
            }
        }, failure -> {
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
            names.stream() // also of a cut tail: once the log has grown again, they would name other records
                    .filter(name -> !used.contains(name))
                    .forEach(name -> unused.add(new SortedKeys(files, name, 0)));
            delete(unused);
            loaded = true;
            rebuild(log);
            mended.stream().filter(range -> range.from() < tail).forEach(range -> check(log, range, true));
            MendedRange.forget(files, background, mended.stream().filter(range -> range.from() >= tail).toList());
        });
    }

    /** Continues to make and merge files, which a full disk may have stopped. The owner calls it periodically. */
    void resume(Log log) {
        pause = Math.max(0, pause - 1);
        rebuild(log);
    }

    /** Continues with the next piece of work on files, unless one is running. */
    void rebuild(Log log) {
        if (busy || !loaded || pause > 0 || log.poison() != null) {
            return;
        }
        takeOutDamaged();
        long[] next = firstMissing();
        if (next == null) {
            List<DamagedRange> again = List.copyOf(remade);
            remade.clear();
            again.forEach(range -> check(log, range, false));
            merge(log);
            return;
        }
        busy = true;
        long read = log.beginRead();
        KeyRebuild work = new KeyRebuild(files, source, log.view(), next[0], next[1], REBUILD_BYTES);
        background.run(work, failure -> {
            log.endRead(read);
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

    /**
     * Looks in the background whether the keys of records are there that could not be read and now can; a stretch that lacks
     * one is made anew.
     */
    void repaired(Log log, DamagedRange range) {
        check(log, range, true);
    }

    /** @param isFirst whether a stretch that lacks a key is made anew; else it was, and the note of the range stays */
    private void check(Log log, DamagedRange range, boolean isFirst) {
        if (gone.covers(range.from(), range.to())) {
            MendedRange.forget(files, background, List.of(range));
            return;
        }
        long read = log.beginRead();
        LogView view = log.view();
        Snapshot present = snapshot();
        Keys[] found = {Keys.LACKING};
        background.run(() -> found[0] = keys(view, present, range), failure -> {
            log.endRead(read);
            if (found[0] == Keys.ALL) {
                MendedRange.forget(files, background, List.of(range));
            } else if (found[0] == Keys.LACKING && isFirst) {
                lacking.add(range);
                rebuild(log);
            } // a range that cannot be read is repaired once more, and looked at then
        });
    }

    /** What is there of the keys of a range. */
    private enum Keys {
        ALL,
        LACKING,
        UNREADABLE
    }

    private Keys keys(LogView view, Snapshot present, DamagedRange range) {
        Segment segment = view.segmentOf(range.from());
        long position = segment == null ? range.from() : Math.max(range.from(), segment.base + Segment.HEADER);
        while (position < range.to()) {
            ByteBuffer bytes = view.bytes(position);
            if (bytes == null) {
                return Keys.UNREADABLE;
            }
            int at = view.index(position);
            int length = bytes.getInt(at + RecordFormat.LENGTH);
            long record = position;
            boolean[] has = {true};
            if (bytes.get(at + RecordFormat.TYPE) == RecordFormat.TYPE_MESSAGE) {
                source.keys(bytes, at, length, hash -> has[0] &= has(present, hash, record));
            }
            if (!has[0]) {
                return Keys.LACKING;
            }
            position += RecordFormat.occupied(length);
        }
        return Keys.ALL;
    }

    private static boolean has(Snapshot present, int hash, long record) {
        boolean[] found = new boolean[1];
        present.find(hash, Long.MIN_VALUE, Long.MAX_VALUE, position -> {
            found[0] |= position == record;
            return !found[0];
        });
        return found[0];
    }

    private void takeOutDamaged() {
        List<DamagedRange> marked = lacking.stream().filter(this::mark).toList();
        lacking.removeAll(marked);
        stripes.values().removeIf(s -> {
            boolean damaged = s instanceof SortedKeys sorted && sorted.isDamaged();
            if (damaged) {
                missing.add(new long[] {s.from, ((SortedKeys) s).to});
                delete(List.of((SortedKeys) s));
            }
            return damaged;
        });
        remade.addAll(marked);
    }

    /** Marks the stretches of a range, to be made anew; returns false, and marks none, where one is in memory. */
    private boolean mark(DamagedRange range) {
        Long first = stripes.floorKey(range.from());
        var within = stripes.subMap(first == null ? range.from() : first, true, range.to(), false).values();
        if (range.to() > growing.from || within.stream().anyMatch(GrowingKeys.class::isInstance)) {
            return false;
        }
        for (KeyStripe stripe : within) {
            if (stripe instanceof SortedKeys sorted && sorted.to > range.from()) {
                sorted.markDamaged();
            }
        }
        return true;
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
                        ((SortedKeys) damaged[0].file()).markDamaged();
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
