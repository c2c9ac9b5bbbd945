package io.posthorse.broker;

/** A lookup in the log that may have to wait for the disk: the owner begins and ends it, another thread reads between. */
public interface Lookup {
    /** Prepares the read. {@link #end} must follow. */
    void begin();

    /** Reads; may wait for the disk. */
    void read();

    /** Keeps the result for the command, after success or failure. */
    void end();
}
