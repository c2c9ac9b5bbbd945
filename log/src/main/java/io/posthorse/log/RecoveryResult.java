package io.posthorse.log;

import java.util.ArrayDeque;
import java.util.List;

/**
 * What opening a data directory found.
 *
 * @param segments oldest first, never empty
 * @param tail where the next record goes
 * @param forced what lies below was on stable storage before; what lies above must be forced now
 * @param epoch number of this run
 * @param tailLost whether the end may have been lost, with the machine, the volume or by damage, so that offsets may have
 *         been seen that the log no longer holds
 * @param lostOffsets most offsets that may have been in damaged ranges with whole records behind them, and cannot be told
 * @param cutBytes bytes of a torn tail that were cut
 * @param damages ranges in the middle that are no records
 */
record RecoveryResult(
        ArrayDeque<Segment> segments,
        DurableMark mark,
        long tail,
        long forced,
        int epoch,
        boolean tailLost,
        long lostOffsets,
        long cutBytes,
        List<DamagedRange> damages) {}
