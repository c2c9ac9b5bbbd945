package io.posthorse.log;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** The batches that a leader has decided and that are not in its file yet, since the group has not agreed on them. */
final class Outbox {
    /** Maximum batches proposed and not agreed on. */
    static final int UNDER_WAY_MAX = 4;
    /** With so many under way, only what has gathered to {@link #LARGE_BYTES_MIN} is proposed. */
    static final int SMALL_UNDER_WAY_MAX = 2;
    /** An entry costs the engine milliseconds of processors on three nodes, and a byte next to nothing. */
    static final int LARGE_BYTES_MIN = 256 << 10;
    /** Bytes from which a leader takes no further messages: its followers, or the majority, are behind. */
    static final long BYTES_MAX = 16 << 20;
    /** Bytes up to which batches that wait become one. */
    private static final int JOINED_BYTES_MAX = 1 << 20;

    private final long term;
    /** Maximum bytes of one batch; longer records go in pieces. */
    private final int batchBytesMax;
    /** The oldest first. */
    private final ArrayDeque<Batch> underWay = new ArrayDeque<>();
    private final ArrayDeque<Batch> waiting = new ArrayDeque<>();
    private long bytes;
    private long waitingBytes;
    /** Chain behind all batches. */
    private int chain;
    /** Chain before the unit that is not whole yet. */
    private int before;
    /** Position behind all batches. */
    private long end;
    /** Position of the last checkpoint, at which a batch has to end. */
    private long checkpoint = -1;

    Outbox(long term, AgreedPoint point, int batchBytesMax) {
        this.term = term;
        this.batchBytesMax = batchBytesMax;
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
            int length = Math.min(records.remaining(), batchBytesMax);
            ByteBuffer part = records.slice(records.position(), length);
            records.position(records.position() + length);
            waiting.add(Batch.of(part, term, at, before, more || records.hasRemaining()));
            at += length;
            bytes += length;
            waitingBytes += length;
        }
        before = more ? before : chain;
        end = at;
    }

    long term() {
        return term;
    }

    /** Returns the position behind all batches. */
    long end() {
        return end;
    }

    /** Lets a batch end behind all batches so far, and returns that position: a checkpoint is taken there. */
    long checkpoint() {
        checkpoint = end;
        return end;
    }

    /** Returns the next batch to propose; null where enough are under way, or none waits. */
    Batch next() {
        if (waiting.isEmpty() || !isOpen(0)) {
            return null;
        }
        List<Batch> joined = new ArrayList<>(List.of(waiting.poll()));
        int length = joined.getFirst().length();
        while (!waiting.isEmpty() && follows(joined.getLast(), waiting.peek())
                && length + waiting.peek().length() <= Math.min(JOINED_BYTES_MAX, batchBytesMax)) {
            joined.add(waiting.poll());
            length += joined.getLast().length();
        }
        Batch next = joined.size() == 1 ? joined.getFirst() : join(joined, length);
        underWay.add(next);
        waitingBytes -= length;
        return next;
    }

    private boolean follows(Batch one, Batch other) {
        return one.end() != checkpoint && !one.isPiece() && !other.isPiece() && one.end() == other.position();
    }

    private Batch join(List<Batch> batches, int length) {
        ByteBuffer records = ByteBuffer.allocate(length);
        batches.forEach(batch -> records.put(batch.records()));
        Batch first = batches.getFirst();
        return Batch.of(records.flip(), term, first.position(), first.chain(), false);
    }

    /** Returns whether a batch would be proposed at once, given the bytes of a turn that are not here yet. */
    boolean isOpen(int staged) {
        boolean isLarge = waitingBytes + staged >= LARGE_BYTES_MIN;
        return underWay.size() < (isLarge ? UNDER_WAY_MAX : SMALL_UNDER_WAY_MAX);
    }

    /** Notes that the group has agreed on a batch of this leader. */
    void agreed(Batch batch) {
        Batch oldest = underWay.peek();
        if (oldest != null && batch.term() == term && oldest.position() == batch.position()) {
            underWay.poll();
            bytes -= oldest.length();
        }
    }

    /** Returns the bytes of all batches. */
    long bytes() {
        return bytes;
    }
}
