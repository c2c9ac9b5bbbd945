package io.posthorse.example.registration;

/** How the notices of a registration are sent. */
public enum Mode {
    /** One after the other, while the user waits. */
    SERIAL,
    /** At the same time, while the user waits for the slower one. */
    PARALLEL,
    /** By whoever reads the message; the user waits for the broker only. */
    MESSAGE
}
