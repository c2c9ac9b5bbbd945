package io.posthorse.broker;

import io.posthorse.log.SectionBuffer;
import java.nio.ByteBuffer;

/**
 * The sections of messages with a time of their own, in checkpoints: one for each 512 offsets. A section holds which of
 * them wait, and the times of those added since the checkpoint before; earlier parts hold the other times, so that a
 * delivered message costs no repetition of its neighbours.
 */
final class TimedMessageSections {
    static final byte KIND = 5;

    private static final int BITMAP = OffsetSet.WORDS * 8;
    private static final int ENTRY = 2 + 8;
    private static final int PAGE = 1 << OffsetSet.PAGE_SHIFT;

    private final StateChanges changes;
    private final OffsetSet waiting;
    private final ChangedKeys<Long> changed = new ChangedKeys<>(this::put);
    private AddedTimes added = new AddedTimes();
    /** Those that the checkpoint under way has to write. */
    private AddedTimes frozen = new AddedTimes();

    TimedMessageSections(StateChanges changes, OffsetSet waiting) {
        this.changes = changes;
        this.waiting = waiting;
        changes.also(changed);
    }

    /** Notes that one is about to be added. */
    void adds(long offset, long dueMs) {
        changed.touch(PageKeys.of(offset));
        added.add(offset, dueMs);
    }

    /** Notes that one is about to be removed. */
    void removes(long offset) {
        changed.touch(PageKeys.of(offset));
    }

    /**
     * Marks all waiting messages as new.
     *
     * @param byOffset offset and time of each, the lowest offset first; emptied
     */
    void changeAll(DueHeap byOffset) {
        added = new AddedTimes();
        for (; !byOffset.isEmpty(); byOffset.removeFirst()) {
            adds(byOffset.firstDue(), byOffset.firstOffset());
        }
    }

    /** Begins a checkpoint. */
    void begin() {
        frozen = added;
        added = new AddedTimes();
    }

    /** Marks everything as unchanged. */
    void clear() {
        added = new AddedTimes();
    }

    private void put(long page) {
        SectionBuffer out = changes.out();
        long[] bitmap = waiting.page(page);
        byte[] key = PageKeys.key(page);
        if (bitmap == null) {
            out.addGone(KIND, key);
            return;
        }
        int count = 0;
        int first = frozen.from(PageKeys.begin(page));
        int end = frozen.from(PageKeys.begin(page + 1));
        for (int i = first; i < end; i++) {
            count += has(bitmap, frozen.offset(i)) ? 1 : 0;
        }
        ByteBuffer value = out.add(KIND, key, BITMAP + count * ENTRY);
        for (long word : bitmap) {
            value.putLong(word);
        }
        for (int i = first; i < end; i++) {
            if (has(bitmap, frozen.offset(i))) {
                value.putShort((short) (frozen.offset(i) & PAGE - 1)).putLong(frozen.dueMs(i));
            }
        }
    }

    private static boolean has(long[] bitmap, long offset) {
        return (bitmap[(int) (offset & PAGE - 1) >>> 6] & 1L << offset) != 0;
    }

    /** Reads a page and passes each waiting offset with its time. */
    static void read(long page, ByteBuffer in, Taker taker) {
        long[] left = bitmap(in);
        int bits = 0;
        for (long word : left) {
            bits += Long.bitCount(word);
        }
        FieldCodec.require(in.remaining() == bits * ENTRY,
                "%d delayed messages whose times take %d bytes", bits, in.remaining());
        while (in.hasRemaining()) {
            int at = in.getShort();
            FieldCodec.require(at >= 0 && at < PAGE && has(left, at), "a delayed message at index %d of its page", at);
            left[at >>> 6] &= ~(1L << at);
            taker.take(PageKeys.begin(page) + at, in.getLong());
        }
    }

    /** A receiver of waiting messages. */
    interface Taker {
        void take(long offset, long dueMs);
    }

    /** Returns the combination of two parts' sections of a page. */
    static ByteBuffer combine(ByteBuffer older, ByteBuffer newer) {
        ByteBuffer out = ByteBuffer.allocate(older.remaining() + newer.remaining());
        bitmap(older);
        long[] bitmap = bitmap(newer);
        for (long word : bitmap) {
            out.putLong(word);
        }
        while (older.remaining() >= ENTRY) {
            short at = older.getShort();
            long due = older.getLong();
            if (has(bitmap, at)) {
                out.putShort(at).putLong(due);
            }
        }
        return out.put(newer).flip();
    }

    private static long[] bitmap(ByteBuffer in) {
        long[] bitmap = new long[OffsetSet.WORDS];
        for (int i = 0; i < bitmap.length; i++) {
            bitmap[i] = FieldCodec.number64(in);
        }
        return bitmap;
    }
}
