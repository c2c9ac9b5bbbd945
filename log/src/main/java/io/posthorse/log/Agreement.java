package io.posthorse.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The rule by which a node takes agreed batches, the same on all nodes: what a deposed leader proposed late has no effect,
 * nor has what the log holds already; everything else must continue the log, or the node has diverged. Pieces of an atomic
 * group stay in memory until the group is whole, so a file never holds half of one.
 */
final class Agreement {
    private final RecordCheck check = new RecordCheck();
    private final int segmentBytes;
    /** Batches taken, pieces among them. */
    private long taken;
    /** Bytes of the pieces. */
    private long pieceBytes;
    private final List<Batch> pieces = new ArrayList<>();
    private AgreedPoint point;
    /** Position at which the next checkpoint ends; -1 for none. */
    private long noted = -1;
    private AgreedPoint atNoted;

    Agreement(AgreedPoint point, int segmentBytes) {
        this.point = point;
        this.segmentBytes = segmentBytes;
    }

    /** Returns the number of batches taken, pieces among them. */
    long taken() {
        return taken;
    }

    AgreedPoint point() {
        return point;
    }

    /** Notes that the log was opened with its end at a position: that of the point, or the begin of the next segment. */
    void endsAt(long position) {
        point = new AgreedPoint(position, point.term(), point.index(), point.chain());
        noted = -1;
        atNoted = null;
    }

    /** Remembers the point at a position, once it is agreed on: a checkpoint will end there. */
    void note(long position) {
        noted = position;
        atNoted = point.position() == position ? point : null;
    }

    /** Returns the point at the noted position; null while that is not agreed on. */
    AgreedPoint atNoted() {
        return atNoted;
    }

    /** Notes that the sequence has passed an entry without a batch. An incomplete unit would need its pieces again. */
    void passed(long term, long index) throws DivergedException {
        requireLater(term, index);
        if (index > point.index() && pieces.isEmpty()) {
            point = new AgreedPoint(point.position(), term, index, point.chain());
        }
    }

    /**
     * Takes a batch.
     *
     * @param tail position at which the log may go on in place of the present one: behind the next segment's header
     * @return the records of the whole unit that it ends; null where it ends none, or has no effect
     * @throws DivergedException where it does not continue the log
     */
    ByteBuffer take(long term, long index, Batch batch, long tail) throws DivergedException {
        requireLater(term, index);
        if (index <= point.index()) {
            return null;
        }
        if (batch.term() != term) {
            passed(term, index);
            return null;
        }
        boolean continues = !pieces.isEmpty() && batch.position() == pieces.getLast().end()
                && batch.term() == pieces.getLast().term();
        if (!continues) {
            pieces.clear();
            pieceBytes = 0;
            require(batch.position() == point.position() || batch.position() == tail, batch, "begins elsewhere");
        }
        require(batch.chain() == point.chain(), batch, "follows other records");
        pieceBytes += batch.length();
        require(pieceBytes <= segmentBytes - Segment.HEADER, batch, "has no room in a segment with its earlier pieces");
        pieces.add(batch);
        taken++;
        if (batch.isPiece()) {
            return null;
        }
        ByteBuffer unit = joined();
        long position = pieces.getFirst().position();
        pieces.clear();
        pieceBytes = 0;
        requireWhole(batch, unit, position);
        point = new AgreedPoint(batch.end(), term, index, Chain.behind(point.chain(), unit));
        if (point.position() == noted) {
            atNoted = point;
        }
        return unit;
    }

    private ByteBuffer joined() {
        if (pieces.size() == 1) {
            return pieces.getFirst().records();
        }
        ByteBuffer all = ByteBuffer.allocate(pieces.stream().mapToInt(Batch::length).sum());
        pieces.forEach(piece -> all.put(piece.records()));
        return all.flip();
    }

    private void requireWhole(Batch batch, ByteBuffer unit, long position) throws DivergedException {
        int at = 0;
        boolean more = false;
        while (at < unit.limit()) {
            require(check.isWhole(unit, at, position + at), batch, "has a damaged record");
            require(unit.getInt(at + RecordFormat.EPOCH) == batch.term(), batch, "has a record of another term");
            more = (unit.get(at + RecordFormat.FLAGS) & RecordFormat.FLAG_MORE) != 0;
            at += RecordFormat.occupied(unit.getInt(at + RecordFormat.LENGTH));
        }
        require(at == unit.limit() && !more, batch, "ends within an atomic group");
    }

    /** A sequence that begins anew, with lower numbers, is not the one that this node has followed. */
    private void requireLater(long term, long index) throws DivergedException {
        if (index <= point.index() && term > point.term()) {
            throw new DivergedException("The group has agreed on entry " + index + " in term " + term + ", but this node has"
                    + " entry " + point.index() + " of term " + point.term() + ": its sequence has begun anew");
        }
    }

    private void require(boolean holds, Batch batch, String what) throws DivergedException {
        if (!holds) {
            throw new DivergedException("The group has agreed on a batch of " + batch.length() + " bytes at position "
                    + batch.position() + " (term " + batch.term() + ") that " + what
                    + ": the log of this node ends at position "
                    + point.position() + " (term " + point.term() + ", entry " + point.index() + ")");
        }
    }
}
