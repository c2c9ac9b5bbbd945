package io.posthorse.log;

/**
 * A point of a group's log at which a batch ended.
 *
 * @param position everything below it is agreed on
 * @param term of the entry that brought the batch
 * @param index of that entry in the agreed sequence; -1 before the first
 * @param chain {@link Chain} of all records below the position
 */
public record AgreedPoint(long position, long term, long index, int chain) {
    /** The point before everything. */
    static final AgreedPoint NONE = new AgreedPoint(0, 0, -1, 0);

    /** Returns a point of a log that belongs to no group: a position counts as its own entry there. */
    static AgreedPoint ofPosition(long position) {
        return new AgreedPoint(position, 0, position, 0);
    }
}
