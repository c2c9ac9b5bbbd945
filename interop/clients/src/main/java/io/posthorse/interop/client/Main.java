package io.posthorse.interop.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Runs scenarios with the client library in the class path, many concurrently, and prints the results. */
public final class Main {

    private static final int SCENARIO_LIMIT_SECONDS = 150;

    private Main() {
    }

    /** Runs the scenarios; exits with 0 where nothing failed, else with 1. */
    public static void main(String[] args) throws Exception {
        if (args.length > 0 && args[0].equals(CrashScenario.CHILD)) {
            CrashScenario.child(args);
            return;
        }
        Report report = new Report(System.out);
        boolean passed = run(Arguments.parse(args), report);
        report.end(passed);
        // The client library leaves threads behind.
        Runtime.getRuntime().halt(passed ? 0 : 1);
    }

    private static boolean run(Arguments arguments, Report report) throws Exception {
        Map<String, Scenario> chosen = Catalog.chosen(arguments.scenarios());
        ExecutorService pool = Executors.newFixedThreadPool(arguments.threads(), task -> {
            Thread thread = new Thread(task, "scenario");
            thread.setDaemon(true);
            return thread;
        });
        List<Callable<Boolean>> together = new ArrayList<>();
        List<Callable<Boolean>> alone = new ArrayList<>();
        chosen.forEach((name, scenario) -> (Catalog.isAlone(name) ? alone : together)
                .add(() -> play(name, scenario, arguments, report)));
        boolean passed = true;
        for (Future<Boolean> result : pool.invokeAll(together, SCENARIO_LIMIT_SECONDS, TimeUnit.SECONDS)) {
            passed &= !result.isCancelled() && result.get();
        }
        for (Callable<Boolean> task : alone) {
            passed &= pool.submit(task).get(SCENARIO_LIMIT_SECONDS, TimeUnit.SECONDS);
        }
        return passed;
    }

    private static boolean play(String name, Scenario scenario, Arguments arguments, Report report) {
        long start = System.nanoTime();
        String result = "PASS";
        String reason = "";
        try (Stage stage = new Stage(name, arguments, report)) {
            scenario.run(stage);
        } catch (SkippedException e) {
            result = "SKIP";
            reason = e.getMessage();
        } catch (Exception | AssertionError | LinkageError e) {
            result = "FAIL";
            reason = e.toString();
            report.trace(name, e);
        }
        report.verdict(name, result, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start), reason);
        return !result.equals("FAIL");
    }
}
