package io.posthorse.log;

import java.util.Comparator;

/** An index entry of a message that was carried: written again at a higher position, with its old offset. */
final class RelocatedRecord extends Chunk {
    /** Orders by partition and offset, the older position before the newer one. */
    static final Comparator<RelocatedRecord> ORDER = Comparator.<RelocatedRecord>comparingInt(r -> r.partition)
            .thenComparingLong(r -> r.base)
            .thenComparingLong(r -> r.position);

    final int partition;
    final long position;
    final int length;
    final int tag;

    RelocatedRecord(int partition, long offset, long position, int length, int tag) {
        super(offset);
        this.partition = partition;
        this.position = position;
        this.length = length;
        this.tag = tag;
    }

    @Override
    int count() {
        return 1;
    }

    @Override
    long position(int i) {
        return position;
    }

    @Override
    int length(int i) {
        return length;
    }

    @Override
    int tag(int i) {
        return tag;
    }
}
