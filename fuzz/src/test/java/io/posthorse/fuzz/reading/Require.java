package io.posthorse.fuzz.reading;

/** Assertions of targets, without the rest of a test library, which Jazzer would instrument. */
public final class Require {
    private Require() {}

    /**
     * Requires that something holds.
     *
     * @throws AssertionError with the message where it does not
     */
    public static void that(boolean holds, String message) {
        if (!holds) {
            throw new AssertionError(message);
        }
    }
}
