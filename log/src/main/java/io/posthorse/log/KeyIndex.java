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
 * memory and becomes a {@link KeyFile} with each checkpoint. Files that are missing when a directory is opened are made
 * from the log by the background; until that has come to a stretch, nothing of it is found.
 *
 * <p>Hashes collide, so who searches looks at what is found.
 */
public final class KeyIndex {
    /** Log that is read at a time to make files that are missing, so that forces get their turn. */
    private static final int REBUILD_BYTES = 64 << 20;

    private final FileStore files;
    private final Background background;
    private final Source source;
    private final TreeMap<Long, KeyStripe> stripes = new TreeMap<>();
    /** Stretches whose keys are still to be read from the log: from, to. */
    private final ArrayDeque<long[]> missing = new ArrayDeque<>();

    private GrowingKeys growing;
    private boolean rebuilding;

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

    void dropBelow(long position) {
        stripes.values().removeIf(s -> s instanceof SortedKeys sorted && sorted.to <= position);
    }

    /** Begins to load what there is of files, and to make what there is not. */
    void load(Log log) {
        long begin = log.begin() + Segment.HEADER;
        long tail = growing.from;
        List<SortedKeys> found = new ArrayList<>();
        background.run(() -> open(found), failure -> {
            long covered = begin;
            for (SortedKeys stripe : found) {
                boolean overlaps = stripe.from < covered && covered > begin;
                if (overlaps || stripe.to <= begin || stripe.to > tail) {
                    continue; // of what was dropped, of a tail that was cut, or written twice
                }
                if (stripe.from > covered) {
                    missing.add(new long[] {covered, stripe.from});
                }
                stripes.put(stripe.from, stripe);
                covered = stripe.to;
            }
            if (covered < tail) {
                missing.add(new long[] {covered, tail});
            }
            rebuild(log);
        });
    }

    private void open(List<SortedKeys> found) throws IOException {
        for (String name : files.list()) {
            SortedKeys stripe = KeyFile.isName(name) ? KeyFile.open(files, name) : null;
            if (stripe != null) {
                found.add(stripe);
            }
        }
    }

    /** Goes on with making files, which a full disk may have stopped. */
    void rebuild(Log log) {
        long[] next = missing.peekFirst();
        if (rebuilding || next == null || log.poison() != null) {
            return;
        }
        rebuilding = true;
        long read = log.readBegins();
        KeyRebuild work = new KeyRebuild(files, source, log.view(), next[0], next[1], REBUILD_BYTES);
        background.run(work, failure -> {
            log.readEnded(read);
            rebuilding = false;
            if (failure != null) {
                return; // no space for a file: tried again later
            }
            stripes.put(work.made().from, work.made());
            next[0] = work.reached();
            if (next[0] >= next[1]) {
                missing.removeFirst();
            }
            rebuild(log);
        });
    }

    void deleteBelow(long position) throws IOException {
        for (String name : files.list()) {
            if (KeyFile.isName(name) && KeyFile.to(name) <= position) {
                files.delete(name);
            }
        }
    }
}
