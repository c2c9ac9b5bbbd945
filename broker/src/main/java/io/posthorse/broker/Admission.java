package io.posthorse.broker;

/** Whether the log takes more now. */
public enum Admission {
    ADMITTED,
    /** No space on the disk; worth trying again. */
    DISK_FULL,
    /** The log has failed and takes nothing until the broker is restarted. */
    FAILED
}
