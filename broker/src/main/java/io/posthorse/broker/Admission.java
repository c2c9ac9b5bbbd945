package io.posthorse.broker;

/** The log's answer to a request for room. */
public enum Admission {
    ADMITTED,
    /** The disk has no space; the caller may try again. */
    DISK_FULL,
    /** The log has failed and takes nothing until the broker is restarted. */
    FAILED
}
