package io.posthorse.log;

/**
 * Sizes and modes of a log.
 *
 * @param segmentBytes size of a segment file; a record never spans two
 * @param allocateBytes how far ahead of the tail real blocks are kept ready
 * @param reserveBytes real blocks kept for acknowledgements, cursors, administration and checkpoints where the disk is full
 * @param sync whether an append counts as committed only once it is on stable storage
 */
public record LogSettings(int segmentBytes, int allocateBytes, int reserveBytes, boolean sync) {
    /** The part of the reserve, one in so many, that no acknowledgement takes: what an operator changes has room. */
    public static final int KEPT_FOR_OPERATORS = 32;
    /** Smallest segment: room for the header and a few records. */
    public static final int SEGMENT_BYTES_MIN = 1 << 14;

    public LogSettings {
        if (segmentBytes < SEGMENT_BYTES_MIN || segmentBytes % 8 != 0) {
            throw new IllegalArgumentException("segmentBytes must be a multiple of 8 and at least " + SEGMENT_BYTES_MIN);
        }
        if (allocateBytes <= 0 || reserveBytes <= 0) {
            throw new IllegalArgumentException("need 0 < allocateBytes and 0 < reserveBytes");
        }
    }

    /** 1 GiB segments, blocks for 32 MiB ahead, 64 MiB in reserve. */
    public static LogSettings standard(boolean sync) {
        return new LogSettings(1 << 30, 32 << 20, 64 << 20, sync);
    }
}
