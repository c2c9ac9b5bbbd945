package io.posthorse.interop.client;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Comparisons that end a scenario when they do not hold. */
public final class Check {

    private static final long POLL_MILLIS = 20;

    private Check() {
    }

    /** The condition must hold. */
    public static void that(boolean condition, String what) {
        if (!condition) {
            throw new AssertionError(what);
        }
    }

    /** Both must be equal. */
    public static void equal(Object expected, Object actual, String what) {
        if (!Objects.equals(expected, actual)) {
            throw new AssertionError(what + ": expected " + shorten(expected) + " but was " + shorten(actual));
        }
    }

    /** Polls until the condition holds; it must hold before the time is over. */
    public static void within(int seconds, String what, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (!condition.call()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within " + seconds + " s: " + what);
            }
            pause(POLL_MILLIS);
        }
    }

    /** Lets time pass. */
    public static void pause(long millis) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(millis);
    }

    private static String shorten(Object value) {
        String text = String.valueOf(value);
        return text.length() <= 2000 ? text : text.substring(0, 2000) + "... (" + text.length() + " characters)";
    }
}
