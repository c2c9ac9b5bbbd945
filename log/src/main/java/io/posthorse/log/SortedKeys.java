package io.posthorse.log;

import io.posthorse.platform.FileStore;
import java.io.IOException;
import java.util.function.LongPredicate;

/**
 * A stretch in a file: entries in ascending order. The first search maps the file, on any thread; a second mapping does no
 * harm.
 */
final class SortedKeys extends KeyStripe implements MergePlan.Part {
    final long to;
    final String name;
    private final FileStore files;
    private volatile KeyView view;
    private volatile boolean damaged;
    /** The longer stretch that replaced this one, whose file is deleted then. */
    private volatile SortedKeys successor;

    private volatile long bytes;

    /** @param bytes length of the file, 0 where it is not known yet */
    SortedKeys(FileStore files, String name, long bytes) {
        super(StretchNames.from(name));
        this.to = StretchNames.to(name);
        this.files = files;
        this.name = name;
        this.bytes = bytes;
    }

    /** Maps the file; returns null where it is damaged. */
    KeyView view() {
        KeyView there = view;
        if (there == null && !damaged && successor == null) {
            try {
                there = KeyFile.open(files, name, this);
            } catch (IOException e) {
                there = null;
            }
            damaged = there == null;
            bytes = there == null ? 0 : there.length();
            view = there;
        }
        return there;
    }

    /** Returns whether the keys must be read from the log again. */
    boolean isDamaged() {
        return damaged;
    }

    void markDamaged() {
        damaged = true;
    }

    void replacedBy(SortedKeys longer) {
        successor = longer;
    }

    @Override
    boolean isWithin(long fromMs, long toMs) {
        KeyView there = view();
        return there == null ? successor != null : there.firstMs <= toMs && there.lastMs >= fromMs;
    }

    @Override
    boolean find(int hash, LongPredicate taken) {
        KeyView there = view();
        if (there == null) {
            SortedKeys longer = successor; // merged since the search began
            return longer == null || longer.find(hash, p -> p < from || p >= to || taken.test(p));
        }
        try {
            return find(there, hash, taken);
        } catch (DamagedFile e) {
            damaged = true;
            return true;
        }
    }

    private boolean find(KeyView there, int hash, LongPredicate taken) {
        for (int i = there.upTo(((long) hash << 32) + 0xFFFFFFFFL) - 1; i >= 0; i--) {
            long entry = there.entry(i);
            if ((int) (entry >>> 32) != hash) {
                break;
            }
            if (!taken.test(position(entry))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public long from() {
        return from;
    }

    @Override
    public long to() {
        return to;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public boolean isReady() {
        return !damaged;
    }
}
