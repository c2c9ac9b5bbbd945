package io.posthorse.log;

import java.io.IOException;
import java.nio.ByteBuffer;

/** What the log of a group's node has beyond a log of its own: what is agreed on, and while it leads what is not yet. */
final class GroupLog {
    private final Log log;
    private final Agreement agreement;
    /** Null while this node does not lead. */
    private Outbox outbox;

    GroupLog(Log log, AgreedPoint point) {
        this.log = log;
        this.agreement = new Agreement(point);
    }

    /** Returns the point up to which the group has agreed, as far as this node has it. */
    AgreedPoint point() {
        return agreement.point();
    }

    /** Notes that the agreed sequence has passed an entry without a batch. */
    void passed(long term, long index) {
        agreement.passed(term, index);
    }

    boolean isLeading() {
        return outbox != null;
    }

    /** Begins to decide records: this node was elected, and has everything that was agreed on before. */
    void lead(long term) {
        outbox = new Outbox(term, agreement.point());
    }

    /** Returns whether so much is not agreed on that no further messages are taken. */
    boolean isFull() {
        return outbox == null || outbox.bytes() > Outbox.BYTES_MAX;
    }

    /** Returns whether the records of a turn should become a batch now. */
    boolean takes(Staging staging) {
        return outbox != null && (outbox.isOpen() || staging.bytes() >= Staging.BYTES_MAX);
    }

    /** Returns the point at the position that {@link #note} returned last; null while that is not agreed on. */
    AgreedPoint noted() {
        return agreement.atNoted();
    }

    /** Remembers the point behind everything handed over so far, once it is agreed on; returns its position. */
    long note() {
        long end = outbox == null ? agreement.point().position() : outbox.end();
        agreement.note(end);
        return end;
    }

    void add(ByteBuffer records, long position, boolean more) {
        outbox.add(records, position, more);
    }

    /** Returns the next batch to propose; null where enough are under way, or none waits. */
    Batch next() {
        return outbox == null ? null : outbox.next();
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
        ByteBuffer unit = agreement.take(term, index, batch, log.behindSegment());
        if (outbox != null && batch.term() == term) {
            outbox.agreed(batch);
        }
        if (unit == null) {
            return null;
        }
        try {
            log.put(unit.duplicate(), batch.end() - unit.limit());
            return unit;
        } catch (IOException e) {
            log.fail(e);
            return null;
        }
    }
}
