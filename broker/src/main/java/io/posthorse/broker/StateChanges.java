package io.posthorse.broker;

import io.posthorse.log.SectionBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The parts of the state that changed since the last checkpoint began, and those that the one under way has still to write.
 * Each change of a piece calls {@link #touch} first: a piece that the checkpoint under way has not written yet is written
 * then, as it was when the checkpoint began. So a checkpoint costs only the changes, is taken in steps, and is still the
 * state of one moment.
 */
final class StateChanges {
    /** Bytes written at a time: some hundred microseconds. */
    private static final int STEP_BYTES = 256 << 10;

    private final List<ChangedKeys<?>> keyed = new ArrayList<>();
    /** Pieces written at a time. */
    private int stepPieces = 1_000;

    /** Has null in place of a piece that was created and deleted between two checkpoints. */
    private List<StatePiece> changed = new ArrayList<>();

    private List<StatePiece> frozen = List.of();
    private int at;
    private int stamp = 1;
    private SectionBuffer out;

    /** Sets the number of pieces written at a time. */
    void stepPieces(int pieces) {
        stepPieces = pieces;
    }

    /** Adds parts of the state that are no pieces; they are written after all pieces. */
    void also(ChangedKeys<?> keys) {
        keyed.add(keys);
    }

    /** Notes that a piece is about to change, or is new. */
    void touch(StatePiece piece) {
        if (piece.stamp != stamp) {
            note(piece);
        }
    }

    private void note(StatePiece piece) {
        if (out != null && piece.stamp == stamp - 1) {
            put(piece);
        }
        piece.stamp = stamp;
        piece.slot = changed.size();
        changed.add(piece);
    }

    /** Notes that a piece is about to be deleted. */
    void goes(StatePiece piece) {
        touch(piece);
        if (!piece.stored) {
            changed.set(piece.slot, null); // no checkpoint has it
        }
    }

    /** Begins a checkpoint. */
    void begin(SectionBuffer to) {
        out = to;
        frozen = changed;
        at = 0;
        changed = new ArrayList<>();
        stamp++;
        keyed.forEach(ChangedKeys::begin);
    }

    /** Returns the buffer of the checkpoint under way. */
    SectionBuffer out() {
        return out;
    }

    /** Writes some pieces; returns false once all are written. */
    boolean step() {
        long enough = out.bytes() + STEP_BYTES;
        for (int i = 0; i < stepPieces && out.bytes() < enough; i++) {
            if (!putNext()) {
                out = null;
                frozen = List.of();
                return false;
            }
        }
        return true;
    }

    private boolean putNext() {
        if (at < frozen.size()) {
            StatePiece piece = frozen.get(at++);
            if (piece != null && piece.stamp == stamp - 1) {
                put(piece);
                piece.stamp = 0;
            }
            return true;
        }
        for (ChangedKeys<?> keys : keyed) {
            if (keys.putNext()) {
                return true;
            }
        }
        return false;
    }

    private void put(StatePiece piece) {
        put(piece, out);
        piece.stored = true;
    }

    static void put(StatePiece piece, SectionBuffer to) {
        if (piece.isGone()) {
            to.addGone(piece.kind(), piece.key());
        } else {
            piece.put(to.add(piece.kind(), piece.key(), piece.length()));
        }
    }

    /** Notes that the state is that of a checkpoint: nothing counts as changed. */
    void clear() {
        for (StatePiece piece : changed) {
            piece.stored = true;
        }
        changed = new ArrayList<>();
        stamp++;
        keyed.forEach(ChangedKeys::clear);
    }
}
