package io.posthorse.replication;

/**
 * The place of an entry in the agreed sequence. Indices ascend, with gaps: the engine has entries of its own.
 *
 * @param term of the leader under which it was agreed on
 * @param index number of the entry, from 0
 */
public record EntryPlace(long term, long index) {
    /** The place before the first entry. */
    public static final EntryPlace NONE = new EntryPlace(0, -1);
}
