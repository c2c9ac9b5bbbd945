package io.posthorse.log;

/**
 * Sizes and modes of a log.
 *
 * @param segmentBytes size of a segment file; a record never spans two
 * @param allocateBytes bytes of blocks allocated ahead of the tail
 * @param reserveBytes bytes of blocks kept for acknowledgements, cursors, administration and checkpoints when the disk is
 *     full
 * @param commitment what a record needs before it counts as committed
 * @param isCopied whether records may come from another log: what they say about stable storage is not about this disk
 */
public record LogSettings(
        int segmentBytes, int allocateBytes, int reserveBytes, Commitment commitment, boolean isCopied) {
    private static final int BATCH_BYTES_MAX = 4 << 20;
    /** Divisor of the part of the reserve that acknowledgements never use: it is left for an operator's changes. */
    public static final int KEPT_FOR_OPERATORS = 32;
    /** Minimum size of a segment in bytes: room for the header and a few records. */
    public static final int SEGMENT_BYTES_MIN = 1 << 14;

    public LogSettings {
        if (segmentBytes < SEGMENT_BYTES_MIN || segmentBytes % 8 != 0) {
            throw new IllegalArgumentException("segmentBytes must be a multiple of 8 and at least " + SEGMENT_BYTES_MIN);
        }
        if (allocateBytes <= 0 || reserveBytes <= 0) {
            throw new IllegalArgumentException("allocateBytes and reserveBytes must be greater than 0");
        }
    }

    /** @param sync whether an append counts as committed only once it is on stable storage */
    public LogSettings(int segmentBytes, int allocateBytes, int reserveBytes, boolean sync) {
        this(segmentBytes, allocateBytes, reserveBytes, sync ? Commitment.DURABLE : Commitment.WRITTEN, false);
    }

    /** A log whose records are its own, or agreed on. */
    public LogSettings(int segmentBytes, int allocateBytes, int reserveBytes, Commitment commitment) {
        this(segmentBytes, allocateBytes, reserveBytes, commitment, false);
    }

    /** Returns whether an append counts as committed only once it is on stable storage here. */
    public boolean sync() {
        return commitment == Commitment.DURABLE;
    }

    /** Returns the maximum bytes of a batch's records. */
    int batchBytesMax() {
        return Math.min(BATCH_BYTES_MAX, segmentBytes / 16 & ~7);
    }

    /** Returns the same settings for a node of a group. */
    public LogSettings agreed() {
        return new LogSettings(segmentBytes, allocateBytes, reserveBytes, Commitment.AGREED, false);
    }

    /** Returns the same settings for a log whose records come from another one. */
    public LogSettings copied() {
        return new LogSettings(segmentBytes, allocateBytes, reserveBytes, commitment, true);
    }

    /** Returns the default settings: 1 GiB segments, 32 MiB of blocks ahead, 64 MiB in reserve. */
    public static LogSettings standard(boolean sync) {
        return new LogSettings(1 << 30, 32 << 20, 64 << 20, sync);
    }
}
