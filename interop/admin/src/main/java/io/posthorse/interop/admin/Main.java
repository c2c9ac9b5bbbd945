package io.posthorse.interop.admin;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Runs all steps in one process, since a process for each command would take minutes. Prints a line for each:
 * {@code verdict step=NAME result=PASS|FAIL millis=N}, with the reason of a failure before it.
 */
public final class Main {

    private Main() {
    }

    /**
     * Runs the steps.
     *
     * @param arguments name server, broker (each host:port)
     */
    public static void main(String[] arguments) throws Exception {
        play(arguments, Map.of());
    }

    /** Runs the steps of the tools, then the given ones, and ends the process. */
    public static void play(String[] arguments, Map<String, Catalog.Step> more) throws Exception {
        boolean passed = true;
        try (Stage stage = new Stage(arguments[0], arguments[1])) {
            stage.open();
            Map<String, Catalog.Step> steps = new LinkedHashMap<>(Catalog.of(stage).steps());
            steps.putAll(more);
            for (Map.Entry<String, Catalog.Step> step : steps.entrySet()) {
                passed &= play(step.getKey(), step.getValue());
            }
        }
        System.exit(passed ? 0 : 1);
    }

    private static boolean play(String name, Catalog.Step step) {
        long start = System.nanoTime();
        String result = "PASS";
        try {
            step.run();
        } catch (Exception | AssertionError e) {
            result = "FAIL";
            System.out.println("--- " + name + ": " + e);
            e.printStackTrace(System.out);
        }
        System.out.printf("verdict step=%s result=%s millis=%d%n", name, result, (System.nanoTime() - start) / 1_000_000);
        return result.equals("PASS");
    }
}
