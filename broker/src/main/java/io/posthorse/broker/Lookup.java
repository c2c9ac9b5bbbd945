package io.posthorse.broker;

/** A look into the log that may have to wait for the disk: begun and ended by the owner, read by another thread between. */
public interface Lookup {
    /** Takes what the read stands on. {@link #end} must follow. */
    void begin();

    /** Reads; may wait for the disk. */
    void read();

    /** Keeps what was found for the command that asked, whether the read succeeded or not. */
    void end();
}
