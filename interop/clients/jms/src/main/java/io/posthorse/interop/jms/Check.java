package io.posthorse.interop.jms;

import java.util.Objects;

/** Comparisons that end a scenario when they do not hold. */
final class Check {

    private static final int SHOWN = 2_000;

    private Check() {
    }

    /** The condition must hold. */
    static void that(boolean condition, String what) {
        if (!condition) {
            throw new AssertionError(what);
        }
    }

    /** Both must be equal. */
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
