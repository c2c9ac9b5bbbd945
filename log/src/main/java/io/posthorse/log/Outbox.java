package io.posthorse.log;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/** The batches that a leader has decided and that are not in its file yet, since the group has not agreed on them. */
final class Outbox {
    /** Maximum batches proposed and not agreed on; more of them cost the engine more than larger ones. */
    static final int UNDER_WAY_MAX = 4;
    /** Bytes from which a leader takes no further messages: its followers, or the majority, are behind. */
    static final long BYTES_MAX = 16 << 20;
    /** Maximum bytes of one batch; longer records go in pieces. */
    static final int BATCH_BYTES_MAX = 4 << 20;

    private final long term;
    /** The oldest first; those under way, then those that wait. */
    private final ArrayDeque<Batch> batches = new ArrayDeque<>();
    private final ArrayDeque<Batch> waiting = new ArrayDeque<>();
    private long bytes;
    /** Chain behind all batches. */
    private int chain;
    /** Chain before the unit that is not whole yet. */
    private int before;
    /** Position behind all batches. */
    private long end;

    Outbox(long term, AgreedPoint point) {
        this.term = term;
        this.chain = point.chain();
        this.before = chain;
        this.end = point.position();
    }

    /**
     * Adds whole records.
     *
     * @param more whether the next records belong to the same atomic group
     */
    void add(ByteBuffer records, long position, boolean more) {
        chain = Chain.behind(chain, records);
        long at = position;
        while (records.hasRemaining()) {
            int length = Math.min(records.remaining(), BATCH_BYTES_MAX);
            ByteBuffer part = records.slice(records.position(), length);
            records.position(records.position() + length);
            Batch batch = Batch.of(part, term, at, before, more || records.hasRemaining());
            batches.add(batch);
            waiting.add(batch);
            at += length;
            bytes += length;
        }
        before = more ? before : chain;
        end = at;
    }

    /** Returns the position behind all batches. */
    long end() {
        return end;
    }

    /** Returns the next batch to propose; null where enough are under way, or none waits. */
    Batch next() {
        return batches.size() - waiting.size() < UNDER_WAY_MAX ? waiting.poll() : null;
    }

    /** Returns whether a batch would be proposed at once. */
    boolean isOpen() {
        return batches.size() < UNDER_WAY_MAX;
    }

    /** Notes that the group has agreed on a batch of this leader. */
    void agreed(Batch batch) {
        Batch oldest = batches.peek();
        if (oldest != null && batch.term() == term && oldest.position() == batch.position()) {
            batches.poll();
            bytes -= oldest.length();
        }
    }

    /** Returns the bytes of all batches. */
    long bytes() {
        return bytes;
    }
}
