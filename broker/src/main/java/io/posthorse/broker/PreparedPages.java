package io.posthorse.broker;

import io.posthorse.log.SectionBuffer;
import java.nio.ByteBuffer;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** The messages of undecided transactions, and those that were set aside, in checkpoints: sections of 512 offsets each. */
final class PreparedPages {
    static final byte UNDECIDED = 6;
    static final byte SUSPENDED = 7;

    private static final int UNDECIDED_ENTRY = 20;
    private static final int SUSPENDED_ENTRY = 8;

    private final Changes changes;
    private final TreeMap<Long, Prepared.Undecided> undecided;
    private final TreeSet<Long> suspended;
    private final ChangedKeys<Long> changedUndecided = new ChangedKeys<>(this::putUndecided);
    private final ChangedKeys<Long> changedSuspended = new ChangedKeys<>(this::putSuspended);

    PreparedPages(Changes changes, TreeMap<Long, Prepared.Undecided> undecided, TreeSet<Long> suspended) {
        this.changes = changes;
        this.undecided = undecided;
        this.suspended = suspended;
        changes.also(changedUndecided);
        changes.also(changedSuspended);
    }

    /** What is known of an undecided message is about to change. */
    void touchUndecided(long offset) {
        changedUndecided.touch(Pages.of(offset));
    }

    /** A message is about to be set aside, or no longer. */
    void touchSuspended(long offset) {
        changedSuspended.touch(Pages.of(offset));
    }

    private void putUndecided(long page) {
        SortedMap<Long, Prepared.Undecided> in = undecided.subMap(Pages.begin(page), Pages.begin(page + 1));
        SectionBuffer out = changes.out();
        if (in.isEmpty()) {
            out.addGone(UNDECIDED, Pages.key(page));
            return;
        }
        ByteBuffer value = out.add(UNDECIDED, Pages.key(page), in.size() * UNDECIDED_ENTRY);
        in.forEach((offset, state) -> value.putLong(offset).putLong(state.nextCheckMs()).putInt(state.asked()));
    }

    private void putSuspended(long page) {
        SortedSet<Long> in = suspended.subSet(Pages.begin(page), Pages.begin(page + 1));
        SectionBuffer out = changes.out();
        if (in.isEmpty()) {
            out.addGone(SUSPENDED, Pages.key(page));
            return;
        }
        in.forEach(out.add(SUSPENDED, Pages.key(page), in.size() * SUSPENDED_ENTRY)::putLong);
    }

    /** Reads a page of the undecided ones; calls the taker with each. */
    static void readUndecided(long page, ByteBuffer in, Taker taker) {
        requireWhole(in, UNDECIDED_ENTRY);
        while (in.hasRemaining()) {
            taker.take(offset(page, in), new Prepared.Undecided(in.getLong(), in.getInt()));
        }
    }

    /** Reads a page of those that were set aside into a set. */
    static void readSuspended(long page, ByteBuffer in, SortedSet<Long> into) {
        requireWhole(in, SUSPENDED_ENTRY);
        while (in.hasRemaining()) {
            into.add(offset(page, in));
        }
    }

    /** Takes an undecided message. */
    interface Taker {
        void take(long offset, Prepared.Undecided state);
    }

    private static void requireWhole(ByteBuffer in, int entry) {
        Fields.require(in.remaining() % entry == 0, "entries of %d bytes in %d", entry, in.remaining());
    }

    private static long offset(long page, ByteBuffer in) {
        long offset = in.getLong();
        Fields.require(Pages.of(offset) == page, "the offset %d in the page %d", offset, page);
        return offset;
    }
}
