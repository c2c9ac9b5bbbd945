package io.posthorse.interop.jms;

import java.io.PrintWriter;
import java.io.StringWriter;

/** The output lines of this program: facts, verdicts, and reasons of failures. */
final class Report {

    private Report() {
    }

    /** Prints an observation. */
    static void fact(String scenario, String key, Object value) {
        line("fact scenario=" + scenario + " " + key + "=" + value);
    }

    /** Prints the verdict of a scenario. */
    static void verdict(String scenario, long millis, Throwable failure) {
        String reason = failure == null ? "" : failure.toString().replaceAll("\\s+", " ");
        if (failure != null) {
            StringWriter text = new StringWriter();
            failure.printStackTrace(new PrintWriter(text));
            text.toString().lines().limit(40).forEach(line -> line("trace scenario=" + scenario + " " + line));
        }
        line("verdict scenario=" + scenario + " result=" + (failure == null ? "PASS" : "FAIL") + " millis=" + millis
                + " reason=" + reason);
    }

    /** Prints the verdict of the run. */
    static void end(boolean passed) {
        line("end result=" + (passed ? "PASS" : "FAIL"));
    }

    private static synchronized void line(String text) {
        System.out.println(text);
        System.out.flush();
    }
}
