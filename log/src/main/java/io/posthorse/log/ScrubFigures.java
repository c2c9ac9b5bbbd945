package io.posthorse.log;

/**
 * What the search for damaged records has found on this node since it was started.
 *
 * @param found damaged ranges, each counted once
 * @param repaired those that are whole again
 * @param unrepaired those that are not, and are tried again
 * @param lost those of them that no other node has whole, though all have answered
 * @param position up to where the present pass has come
 * @param end of the committed records
 * @param passes that have come to the end
 */
public record ScrubFigures(
        long found, long repaired, int unrepaired, int lost, long position, long end, long passes) {}
