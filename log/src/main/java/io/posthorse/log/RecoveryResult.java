package io.posthorse.log;

import java.util.ArrayDeque;
import java.util.List;

/**
 * The result of opening a data directory.
 *
 * @param segments oldest first, never empty
 * @param tail position of the next record
 * @param forced position below which everything was on stable storage before; the rest must be forced now
 * @param epoch number of this run
 * @param tailLost whether the end of the log may be lost, with the machine, the volume or by damage, so that clients may
 *     have seen offsets that the log no longer holds
 * @param lostOffsets maximum number of offsets in damaged ranges that have whole records behind them and that cannot be
 *     read
 * @param cutBytes bytes of a torn tail that were cut
 * @param damages ranges between records that hold no readable record
 * @param agreement what a group has agreed on so far; null where the log belongs to no group
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
        List<DamagedRange> damages,
        Agreement agreement) {}
