package io.posthorse.broker;

/** What became of a command on a message that waits. */
public enum CommandOutcome {
    DONE,
    /** No such message waits: it was delivered, decided or taken back before, or its partition is gone. */
    UNKNOWN,
    /** The log takes nothing now: the message waits on, and the command is worth trying again. */
    REFUSED
}
