package io.posthorse.log;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The section of a checkpoint that only the nodes of a group have: u64 position, u64 term, u64 index and u32 chain of the
 * point at which it was taken, u32 count of dropped ranges, each u64 from and u64 to.
 *
 * @param gone ranges that the group has dropped; their files go when no checkpoint needs them
 */
record AgreedSection(AgreedPoint point, GoneRanges gone) {
    /** The section before everything. */
    static final AgreedSection NONE = new AgreedSection(AgreedPoint.NONE, GoneRanges.NONE);
    /** Kind of the section, before all others. */
    static final byte KIND = -1;

    private static final byte[] KEY = {};
    private static final int FIXED = 32;

    Section section() {
        ByteBuffer out = ByteBuffer.allocate(FIXED + gone.count() * 16);
        out.putLong(point.position()).putLong(point.term()).putLong(point.index()).putInt(point.chain());
        gone.put(out.putInt(gone.count()));
        return new Section(KIND, KEY, out.flip());
    }

    /** @throws CheckpointFile.DamagedCheckpoint where the bytes are no such section */
    static AgreedSection of(Section section) throws IOException {
        ByteBuffer in = section.value();
        if (in.remaining() < FIXED || in.remaining() != FIXED + (long) in.getInt(FIXED - 4) * 16) {
            throw new CheckpointFile.DamagedCheckpoint();
        }
        AgreedPoint point = new AgreedPoint(in.getLong(), in.getLong(), in.getLong(), in.getInt());
        GoneRanges gone = GoneRanges.NONE;
        long end = 0;
        boolean isSane = point.position() >= 0 && point.term() >= 0 && point.index() >= -1;
        for (int left = in.getInt(); left > 0; left--) {
            long from = in.getLong();
            isSane &= from >= end;
            end = in.getLong();
            isSane &= end > from && end <= point.position();
            gone = gone.with(from, end);
        }
        if (!isSane) {
            throw new CheckpointFile.DamagedCheckpoint();
        }
        return new AgreedSection(point, gone);
    }
}
