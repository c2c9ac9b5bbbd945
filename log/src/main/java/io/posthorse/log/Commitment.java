package io.posthorse.log;

/** What a record needs before it counts as committed: it may then be acknowledged and read. */
public enum Commitment {
    /** The operating system has it. */
    WRITTEN,
    /** It is on stable storage. */
    DURABLE,
    /** The nodes of a group have agreed on it; only then is it in a file. */
    AGREED
}
