package io.posthorse.broker;

/**
 * What a node of a group has found of damaged records in its present copy.
 *
 * @param found damaged ranges, each counted once
 * @param repaired those that are whole again
 * @param unrepaired those that are not, and are tried again
 * @param lost those of them that no other node has whole, though all have answered
 * @param position up to where the present pass has come
 */
public record DamageFigures(long found, long repaired, int unrepaired, int lost, long position) {}
