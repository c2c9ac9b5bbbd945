package io.posthorse.interop.jms;

import java.util.Objects;

/** Assertions of scenarios. */
final class Check {

    private static final int SHOWN = 2_000;

    private Check() {
    }

    /** Requires that a condition is true. */
    static void that(boolean condition, String what) {
        if (!condition) {
            throw new AssertionError(what);
        }
    }

    /** Requires that two values are equal. */
    static void equal(Object expected, Object actual, String what) {
        if (!Objects.equals(expected, actual)) {
            throw new AssertionError(what + ": expected " + shorten(expected) + " but was " + shorten(actual));
        }
    }

    private static String shorten(Object value) {
        String text = String.valueOf(value);
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "... (" + text.length() + " characters)";
    }
}
