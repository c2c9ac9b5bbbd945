package io.posthorse.broker;

/** A listener for parts of the log that retention drops. */
public interface DropListener {
    /**
     * Takes the dropped part.
     *
     * @param bytes its length
     * @param newestMs time of its newest record, ms since 1970
     */
    void accept(long bytes, long newestMs);
}
