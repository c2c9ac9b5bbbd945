package io.posthorse.broker;

import java.nio.ByteBuffer;

/** A part of the state that is one section of a checkpoint. */
abstract class StatePiece {
    /** Number of the checkpoint that is to hold its last change; 0 where the last one holds it. */
    int stamp;
    /** Its index in the changes noted by {@link StateChanges}. */
    int slot;
    /** Whether a checkpoint holds it, possibly an earlier version. */
    boolean stored;

    /** Returns the kind of its section. */
    abstract byte kind();

    /** Returns the key of its section, which never changes. */
    abstract byte[] key();

    /** Returns whether it was deleted. */
    abstract boolean isGone();

    /** Returns the bytes that {@link #put} writes. */
    abstract int length();

    abstract void put(ByteBuffer out);
}
