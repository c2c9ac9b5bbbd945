package io.posthorse.broker;

/** The log's answer to a request for room. */
public enum Admission {
    ADMITTED,
    /** The disk has no space; the caller may try again. */
    DISK_FULL,
    /** The other nodes of the group are behind with what was decided already; the caller may try again soon. */
    GROUP_BEHIND,
    /** This is the copy of a master's data: the master decides. */
    FOLLOWS,
    /** The log has failed and takes nothing until the broker is restarted. */
    FAILED
}
