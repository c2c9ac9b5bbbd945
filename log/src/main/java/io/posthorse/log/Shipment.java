package io.posthorse.log;

import java.nio.ByteBuffer;

/**
 * Records on their way from a master's log to that of a slave.
 *
 * @param segment first position of the segment that holds them
 * @param segmentBytes size of that segment
 * @param position of the first record
 * @param records whole atomic groups, from index 0 to the limit
 */
public record Shipment(long segment, int segmentBytes, long position, ByteBuffer records) {
    /** Returns the position behind the last record. */
    public long end() {
        return position + records.limit();
    }
}
