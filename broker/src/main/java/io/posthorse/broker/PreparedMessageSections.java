package io.posthorse.broker;

import io.posthorse.log.SectionBuffer;
import java.nio.ByteBuffer;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** The sections of undecided messages, and of messages set aside, in checkpoints: 512 offsets each. */
final class PreparedMessageSections {
    static final byte UNDECIDED = 6;
    static final byte SUSPENDED = 7;

    private static final int UNDECIDED_ENTRY = 20;
    private static final int SUSPENDED_ENTRY = 8;

    private final StateChanges changes;
    private final TreeMap<Long, PreparedMessages.Undecided> undecided;
    private final TreeSet<Long> suspended;
    private final ChangedKeys<Long> changedUndecided = new ChangedKeys<>(this::putUndecided);
    private final ChangedKeys<Long> changedSuspended = new ChangedKeys<>(this::putSuspended);

    PreparedMessageSections(StateChanges changes, TreeMap<Long, PreparedMessages.Undecided> undecided,
            TreeSet<Long> suspended) {
        this.changes = changes;
        this.undecided = undecided;
        this.suspended = suspended;
        changes.also(changedUndecided);
        changes.also(changedSuspended);
    }

    /** Notes that the state of an undecided message is about to change. */
    void touchUndecided(long offset) {
        changedUndecided.touch(PageKeys.of(offset));
    }

    /** Notes that a message is about to be set aside, or no longer. */
    void touchSuspended(long offset) {
        changedSuspended.touch(PageKeys.of(offset));
    }

    private void putUndecided(long page) {
        SortedMap<Long, PreparedMessages.Undecided> in = undecided.subMap(PageKeys.begin(page), PageKeys.begin(page + 1));
        SectionBuffer out = changes.out();
        if (in.isEmpty()) {
            out.addGone(UNDECIDED, PageKeys.key(page));
            return;
        }
        ByteBuffer value = out.add(UNDECIDED, PageKeys.key(page), in.size() * UNDECIDED_ENTRY);
        in.forEach((offset, state) -> value.putLong(offset).putLong(state.nextCheckMs()).putInt(state.asked()));
    }

    private void putSuspended(long page) {
        SortedSet<Long> in = suspended.subSet(PageKeys.begin(page), PageKeys.begin(page + 1));
        SectionBuffer out = changes.out();
        if (in.isEmpty()) {
            out.addGone(SUSPENDED, PageKeys.key(page));
            return;
        }
        in.forEach(out.add(SUSPENDED, PageKeys.key(page), in.size() * SUSPENDED_ENTRY)::putLong);
    }

    /** Reads a page of undecided messages and passes each. */
    static void readUndecided(long page, ByteBuffer in, Taker taker) {
        requireWhole(in, UNDECIDED_ENTRY);
        while (in.hasRemaining()) {
            taker.take(offset(page, in), new PreparedMessages.Undecided(in.getLong(), in.getInt()));
        }
    }

    /** Reads a page of messages set aside into a set. */
    static void readSuspended(long page, ByteBuffer in, SortedSet<Long> into) {
        requireWhole(in, SUSPENDED_ENTRY);
        while (in.hasRemaining()) {
            into.add(offset(page, in));
        }
    }

    /** A receiver of undecided messages. */
    interface Taker {
        void take(long offset, PreparedMessages.Undecided state);
    }

    private static void requireWhole(ByteBuffer in, int entry) {
        FieldCodec.require(in.remaining() % entry == 0, "entries of %d bytes in %d", entry, in.remaining());
    }

    private static long offset(long page, ByteBuffer in) {
        long offset = in.getLong();
        FieldCodec.require(PageKeys.of(offset) == page, "the offset %d in the page %d", offset, page);
        return offset;
    }
}
