package io.posthorse.example.registration;

/** The way in which the notices of a registration are sent. */
public enum Mode {
    /** One after the other, while the user waits. */
    SERIAL,
    /** Concurrently, while the user waits for the slower one. */
    PARALLEL,
    /** By the consumers of a message; the user waits only for the broker. */
    MESSAGE
}
