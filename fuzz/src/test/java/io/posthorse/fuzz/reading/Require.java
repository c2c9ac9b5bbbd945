package io.posthorse.fuzz.reading;

/** Assertions of targets, without a test library, which Jazzer would instrument. */
public final class Require {
    private Require() {}

    /**
     * Requires that a condition is true.
     *
     * @throws AssertionError with the message where it does not
     */
    public static void that(boolean holds, String message) {
        if (!holds) {
            throw new AssertionError(message);
        }
    }
}
