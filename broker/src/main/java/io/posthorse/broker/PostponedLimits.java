package io.posthorse.broker;

/**
 * Bounds of the messages that wait in the broker.
 *
 * @param timedMax maximum waiting messages with a time of their own; each takes some 20 bytes of memory
 * @param undecidedMax maximum messages of undecided transactions; each takes some 150 bytes of memory
 * @param checkEveryMs interval of checks of an undecided message
 * @param checksMax number of checks before the message is set aside
 */
public record PostponedLimits(int timedMax, int undecidedMax, long checkEveryMs, int checksMax) {}
