package io.posthorse.interop.client;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;

/** The lines this program prints: facts, verdicts, and the reasons of failures. */
public final class Report {

    private final PrintStream out;

    /** Prints to the given stream. */
    public Report(PrintStream out) {
        this.out = out;
    }

    /** One observation. */
    public void fact(String scenario, String key, Object value) {
        line("fact scenario=" + scenario + " " + key + "=" + value);
    }

    /** How a scenario ended. */
    public void verdict(String scenario, String result, long millis, String reason) {
        String oneLine = reason.replaceAll("\\s+", " ");
        line("verdict scenario=" + scenario + " result=" + result + " millis=" + millis + " reason=" + oneLine);
    }

    /** The trace of a failure. */
    public void trace(String scenario, Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        text.toString().lines().limit(40).forEach(line -> line("trace scenario=" + scenario + " " + line));
    }

    /** How the whole run ended. */
    public void end(boolean passed) {
        line("end result=" + (passed ? "PASS" : "FAIL"));
    }

    private void line(String text) {
        synchronized (out) {
            out.println(text);
            out.flush();
        }
    }
}
