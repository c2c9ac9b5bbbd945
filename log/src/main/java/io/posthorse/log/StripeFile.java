package io.posthorse.log;

import io.posthorse.platform.FileStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;

/** The entries of one stretch of log: an index file that is mapped at its first use, or is still to be made. */
final class StripeFile implements MergePlan.Part {
    final long from;
    final long to;
    /** Null where there is no file. */
    final String name;

    private final FileStore files;
    private IndexView view;
    private long bytes;
    /** Known once the entries of a missing file were made from the log. */
    private boolean hasNoRelocated;

    private StripeFile(FileStore files, String name, long from, long to) {
        this.files = files;
        this.name = name;
        this.from = from;
        this.to = to;
    }

    /** Refers to a file by name, without opening it. */
    StripeFile(FileStore files, String name) {
        this(files, name, StretchNames.from(name), StretchNames.to(name));
    }

    /** Wraps a file that this run has written. */
    StripeFile(FileStore files, String name, ByteBuffer view) {
        this(files, name);
        this.view = IndexView.of(view, from, to, this);
        this.bytes = view.capacity();
    }

    /** Returns a stripe whose entries are in the log alone. */
    static StripeFile missing(long from, long to) {
        return new StripeFile(null, null, from, to);
    }

    /** Returns a stripe in memory, for entries without room on the disk. */
    static StripeFile inMemory(long from, long to, FrozenEntries entries) {
        StripeFile stripe = missing(from, to);
        stripe.view = IndexView.of(IndexFile.encode(from, to, entries), from, to, stripe);
        stripe.hasNoRelocated = entries.relocated().isEmpty();
        return stripe;
    }

    /** @throws DamagedFile where it is damaged or missing */
    IndexView view() {
        if (view == null) {
            view = opened();
            if (view == null) {
                throw new DamagedFile(this);
            }
            bytes = view.bytes();
        }
        return view;
    }

    private IndexView opened() {
        try {
            return name == null ? null : IndexView.open(files, name, this);
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException("the index file " + name + " cannot be opened now: " + e.getMessage(), e);
        }
    }

    /** Returns whether there is no file, even if memory has the entries. */
    boolean isMissing() {
        return name == null;
    }

    /** Returns whether the entries of a missing file are in memory. */
    boolean isHeld() {
        return name == null && view != null;
    }

    /** Has the file checked again at the next reads. */
    void forgetChecks() {
        if (view != null) {
            view.forgetChecks();
        }
    }

    /** Releases the memory: the entries will be read from the log again. */
    void forget() {
        view = null;
    }

    /** Returns whether it may have relocated messages; unknown before a file was made. */
    boolean mayHaveRelocated() {
        return name == null ? !hasNoRelocated : IndexFile.hasRelocated(name);
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
        return name != null;
    }

    void setBytes(long length) {
        bytes = length;
    }

    @Override
    public String toString() {
        return name == null ? "no index file from " + from + " to " + to : name;
    }
}
