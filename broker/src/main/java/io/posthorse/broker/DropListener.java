package io.posthorse.broker;

/** Is told of a part of the log that retention has dropped. */
public interface DropListener {
    /**
     * Takes what is gone.
     *
     * @param bytes how much it was
     * @param newestMs when its newest record was written, ms since 1970
     */
    void accept(long bytes, long newestMs);
}
