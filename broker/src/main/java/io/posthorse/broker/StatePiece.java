package io.posthorse.broker;

import java.nio.ByteBuffer;

/** A part of the state that stands in a checkpoint by itself, as one section. */
abstract class StatePiece {
    /** Number of the checkpoint that is to hold its last change; 0 where the last one holds it. */
    int stamp;
    /** Where {@link StateChanges} notes that it has changed. */
    int slot;
    /** Whether a checkpoint holds it, maybe as it was before. */
    boolean stored;

    /** Kind of its section. */
    abstract byte kind();

    /** Key of its section, the same for ever. */
    abstract byte[] key();

    /** Whether it is no part of the state any more. */
    abstract boolean isGone();

    /** Bytes that {@link #put} writes. */
    abstract int length();

    abstract void put(ByteBuffer out);
}
