package io.posthorse.log;

/**
 * A range of positions of a log.
 *
 * @param from its first position
 * @param to the position behind it
 */
public record LogRange(long from, long to) {}
