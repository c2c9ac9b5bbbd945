package io.posthorse.interop.client;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;

/** The output lines of this program: facts, verdicts, and reasons of failures. */
public final class Report {

    private final PrintStream out;

    /** Creates a report that prints to a stream. */
    public Report(PrintStream out) {
        this.out = out;
    }

    /** Prints an observation. */
    public void fact(String scenario, String key, Object value) {
        line("fact scenario=" + scenario + " " + key + "=" + value);
    }

    /** Prints the verdict of a scenario. */
    public void verdict(String scenario, String result, long millis, String reason) {
        String oneLine = reason.replaceAll("\\s+", " ");
        line("verdict scenario=" + scenario + " result=" + result + " millis=" + millis + " reason=" + oneLine);
    }

    /** Prints the stack trace of a failure. */
    public void trace(String scenario, Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        text.toString().lines().limit(40).forEach(line -> line("trace scenario=" + scenario + " " + line));
    }

    /** Prints the verdict of the run. */
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
