package io.posthorse.broker;

import io.posthorse.log.SectionBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What of the state has changed since the last checkpoint began, and what the one under way has still to put. Whoever is
 * about to change a piece says so first: where the checkpoint under way has not put it yet, it is put then, as it was when
 * that began. So a checkpoint costs what has changed, is taken some pieces at a time, and yet is the state of one moment.
 */
final class StateChanges {
    /** Bytes that are put at a time: some hundred microseconds. */
    private static final int STEP_BYTES = 256 << 10;

    private final List<ChangedKeys<?>> keyed = new ArrayList<>();
    /** Pieces that are put at a time. */
    private int stepPieces = 1_000;

    /** Null where one was made and went between two checkpoints. */
    private List<StatePiece> changed = new ArrayList<>();

    private List<StatePiece> frozen = List.of();
    private int at;
    private int stamp = 1;
    private SectionBuffer out;

    /** Has so many put at a time. */
    void stepPieces(int pieces) {
        stepPieces = pieces;
    }

    /** Has parts of the state that are no pieces put after all pieces. */
    void also(ChangedKeys<?> keys) {
        keyed.add(keys);
    }

    /** A piece is about to change, or was just made. */
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

    /** A piece is about to go. */
    void goes(StatePiece piece) {
        touch(piece);
        if (!piece.stored) {
            changed.set(piece.slot, null); // no checkpoint need say so
        }
    }

    /** A checkpoint begins. */
    void begin(SectionBuffer to) {
        out = to;
        frozen = changed;
        at = 0;
        changed = new ArrayList<>();
        stamp++;
        keyed.forEach(ChangedKeys::begin);
    }

    /** Where the checkpoint under way is put. */
    SectionBuffer out() {
        return out;
    }

    /** Puts some pieces; false where all are put. */
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

    /** The state is that of a checkpoint: nothing counts as changed. */
    void clear() {
        for (StatePiece piece : changed) {
            piece.stored = true;
        }
        changed = new ArrayList<>();
        stamp++;
        keyed.forEach(ChangedKeys::clear);
    }
}
