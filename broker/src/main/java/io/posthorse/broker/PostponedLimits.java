package io.posthorse.broker;

/**
 * Bounds of what waits in the broker.
 *
 * @param timedMax messages with a time of their own that may wait; each takes some 20 bytes of memory
 * @param undecidedMax messages of undecided transactions; each takes some 150 bytes of memory
 * @param checkEveryMs how long the sender of an undecided message is given before it is asked again
 * @param checksMax how often it is asked before the message is set aside
 */
public record PostponedLimits(int timedMax, int undecidedMax, long checkEveryMs, int checksMax) {}
