package io.posthorse.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/** What the log of a group's node has beyond a log of its own: what is agreed on, and while it leads what is not yet. */
final class GroupLog {
    private final Log log;
    private final Agreement agreement;
    /** Null while this node does not lead. */
    private Outbox outbox;
    /** Ends of a leader's turns that are not agreed on. */
    private final ArrayDeque<Long> turnEnds = new ArrayDeque<>();
    /** End of a leader's last turn that is. */
    private long committed;
    /** Whether another node has begun to lead since: nothing that this one decided counts as committed any more. */
    private boolean fallen;

    GroupLog(Log log, Agreement agreement) {
        this.log = log;
        this.agreement = agreement;
    }

    Agreement agreement() {
        return agreement;
    }

    /** Returns the point up to which the group has agreed, as far as this node has it. */
    AgreedPoint point() {
        return agreement.point();
    }

    /** Notes that the agreed sequence has passed an entry without a batch. */
    void passed(long term, long index) throws DivergedException {
        noteTerm(term);
        agreement.passed(term, index);
    }

    /** Notes the term of an agreed entry: a later one than this leader's is that of its successor. */
    private void noteTerm(long term) {
        if (outbox != null && term > outbox.term() && !fallen) {
            fallen = true;
            agreement.note(-1);
        }
    }

    boolean isLeading() {
        return outbox != null;
    }

    /** Begins to decide records: this node was elected, and has everything that was agreed on before. */
    void lead(long term, int batchBytesMax) {
        outbox = new Outbox(term, agreement.point(), batchBytesMax);
        committed = agreement.point().position();
    }

    /** Returns whether so much is not agreed on that no further messages are taken. */
    boolean isFull() {
        return outbox == null || fallen || outbox.bytes() > Outbox.BYTES_MAX;
    }

    /** Notes the end of a turn; returns whether its records should become a batch now. */
    boolean endsTurn(Staging staging) {
        if (outbox == null) {
            return false;
        }
        long end = staging.isEmpty() ? outbox.end() : staging.tail();
        if (end > committed && (turnEnds.isEmpty() || end > turnEnds.getLast())) {
            turnEnds.add(end);
        }
        return outbox.isOpen(staging.bytes()) || staging.isFull();
    }

    /**
     * Returns the committed position: turns are committed as a whole, since what settles a message is written at the end of
     * the turn, though it was answered for before.
     *
     * @param written position up to which the group has agreed, and the file has everything
     */
    long committed(long written) {
        if (outbox == null) {
            return written;
        }
        while (!fallen && !turnEnds.isEmpty() && turnEnds.getFirst() <= written) {
            committed = turnEnds.removeFirst();
        }
        // the tail may be the begin of a segment that has no record yet
        return !fallen && turnEnds.isEmpty() && isAllAgreed() ? log.tail() : committed;
    }

    /** Returns the point at the position that {@link #note} returned last; null while that is not agreed on. */
    AgreedPoint noted() {
        return agreement.atNoted();
    }

    /** Remembers the point behind everything handed over so far, once it is agreed on; returns its position. */
    long note() {
        long end = outbox == null ? agreement.point().position() : outbox.checkpoint();
        agreement.note(end);
        return end;
    }

    void add(ByteBuffer records, long position, boolean more) {
        outbox.add(records, position, more);
    }

    /** Returns the next batch to propose; null where enough are under way, or none waits. */
    Batch next() {
        return outbox == null || fallen ? null : outbox.next();
    }

    /** Returns whether everything is agreed on. */
    boolean isAllAgreed() {
        return log.staging().isEmpty() && (outbox == null || outbox.bytes() == 0);
    }

    /**
     * Writes a batch that the group has agreed on, once the unit that it ends is whole.
     *
     * @return the records written; null where there are none yet, where the batch has no effect, or after a failure
     * @throws DivergedException where it does not continue the log
     */
    ByteBuffer accept(long term, long index, Batch batch) throws DivergedException {
        if (log.poison() != null) {
            return null;
        }
        noteTerm(term);
        long before = agreement.taken();
        ByteBuffer unit = agreement.take(term, index, batch, log.behindSegment());
        if (outbox != null && agreement.taken() > before) {
            outbox.agreed(batch);
        }
        try {
            if (unit != null) {
                log.put(unit.duplicate(), batch.end() - unit.limit(), 0);
            }
            log.advanced(); // even by a piece alone: another batch may be proposed
            return unit;
        } catch (IOException e) {
            log.fail(e);
            return null;
        }
    }
}
