package io.posthorse.broker;

import java.nio.ByteBuffer;

/** The state of one subscription in one partition. */
final class PartitionCursor extends StatePiece {
    static final byte KIND = 4;

    private static final int LENDS = 1;
    private static final int SETTLES = 2;

    final Partition partition;
    private final int subscription;
    /** First offset not yet settled; -1 where nothing was ever settled. */
    long cursor = -1;
    /** Leases; null where nothing was ever lent. */
    LeaseCursor leases;
    /** Messages settled one by one; null where there never were any. */
    SettledCursor settled;

    private boolean gone;

    /** @param subscription its number in the log */
    PartitionCursor(int subscription, Partition partition) {
        this.subscription = subscription;
        this.partition = partition;
    }

    /** Moves the cursor; forgets leases and settlements unless their floor is there. */
    void move(long offset) {
        cursor = offset;
        if (leases != null && leases.floor() != offset) {
            leases.reset(offset);
        }
        if (settled != null && settled.floor() != offset) {
            settled.reset(offset);
        }
    }

    /** Returns the leases; creates them at the cursor. */
    LeaseCursor leases() {
        if (leases == null) {
            leases = new LeaseCursor(Math.max(0, cursor));
        }
        return leases;
    }

    /** Returns the settlements; creates them at the cursor. */
    SettledCursor settled() {
        if (settled == null) {
            settled = new SettledCursor(Math.max(0, cursor));
        }
        return settled;
    }

    /** Notes that the partition or subscription is deleted. */
    void go() {
        gone = true;
    }

    @Override
    boolean isGone() {
        return gone;
    }

    @Override
    byte kind() {
        return KIND;
    }

    @Override
    byte[] key() {
        return ByteBuffer.allocate(8).putInt(subscription).putInt(partition.id()).array();
    }

    @Override
    int length() {
        return 9 + (leases == null ? 0 : leases.snapshotSize()) + (settled == null ? 0 : settled.snapshotSize());
    }

    @Override
    void put(ByteBuffer out) {
        out.putLong(cursor).put((byte) ((leases == null ? 0 : LENDS) | (settled == null ? 0 : SETTLES)));
        if (leases != null) {
            leases.snapshot(out);
        }
        if (settled != null) {
            settled.snapshot(out);
        }
    }

    /** @throws MalformedEventException where the bytes are no cursor */
    void restore(ByteBuffer in) {
        cursor = FieldCodec.number64(in);
        int has = FieldCodec.number8(in);
        FieldCodec.require((has & ~(LENDS | SETTLES)) == 0, "a cursor with the flags %d", has);
        leases = (has & LENDS) == 0 ? null : LeaseCursor.restored(in);
        settled = (has & SETTLES) == 0 ? null : SettledCursor.restored(in);
    }
}
