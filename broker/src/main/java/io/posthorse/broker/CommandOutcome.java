package io.posthorse.broker;

/** The outcome of a command on a waiting message. */
public enum CommandOutcome {
    DONE,
    /** No such message waits: it was delivered, decided or cancelled before, or its partition is deleted. */
    UNKNOWN,
    /**
     * The log takes nothing now, or this node of a group cannot read the message: it still waits, and the caller may try
     * again.
     */
    REFUSED
}
