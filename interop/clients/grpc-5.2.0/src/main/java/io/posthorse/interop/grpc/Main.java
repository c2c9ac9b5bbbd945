package io.posthorse.interop.grpc;

import io.posthorse.interop.client.Report;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs scenarios with the gRPC client; arguments: NAMESRV ENDPOINTS RUN all|SCENARIO... */
public final class Main {
    private static final int THREADS = 8;
    /** System property: true behind RocketMQ's proxy, where a topic must exist before its first message. */
    static final String BEHIND_PROXY = "interop.behind.proxy";
    /** System property: address of the broker for JMS clients; without it, scenarios with JMS are left out. */
    static final String JMS = "interop.jms";

    private Main() {
    }

    /** A scenario; it throws where the result is wrong. */
    interface Scenario {
        void run(Stage stage) throws Exception;
    }

    public static void main(String[] args) throws Exception {
        Map<String, Scenario> chosen = new LinkedHashMap<>(all());
        List<String> names = List.of(args).subList(3, args.length);
        if (!names.contains("all")) {
            chosen.keySet().retainAll(names);
        }
        Report report = new Report(System.out);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        List<Future<Boolean>> outcomes = new ArrayList<>();
        chosen.forEach((name, scenario) ->
                outcomes.add(threads.submit(() -> play(new Stage(args[0], args[1], args[2], name), scenario, report))));
        boolean passed = true;
        for (Future<Boolean> outcome : outcomes) {
            passed &= outcome.get();
        }
        report.end(passed);
        System.exit(passed ? 0 : 1);
    }

    private static boolean play(Stage stage, Scenario scenario, Report report) {
        long began = System.nanoTime();
        Throwable failure = null;
        try {
            if (Boolean.getBoolean(BEHIND_PROXY)) {
                stage.topic(attributes(stage.name()));
            }
            scenario.run(stage);
        } catch (Throwable e) {
            failure = e;
            report.trace(stage.name(), e);
        } finally {
            stage.close();
        }
        report.verdict(
                stage.name(), failure == null ? "PASS" : "FAIL", (System.nanoTime() - began) / 1_000_000,
                failure == null ? "" : String.valueOf(failure.getMessage()));
        return failure == null;
    }

    /** Marks a topic for transactions, since the proxy forwards checks only for such topics. */
    private static Map<String, String> attributes(String scenario) {
        return scenario.equals("orphan") ? Map.of("+message.type", "TRANSACTION") : Map.of();
    }

    private static Map<String, Scenario> all() {
        Map<String, Scenario> all = new LinkedHashMap<>();
        all.put("dead-letter", RetryScenarios::deadLetter);
        all.put("retry", RetryScenarios::retry);
        all.put("orphan", TransactionScenarios::orphan);
        all.put("transaction", TransactionScenarios::decided);
        all.put("delay", SendScenarios::delay);
        all.put("recall", SendScenarios::recall);
        all.put("simple", RetryScenarios::simple);
        all.put("fifo", SendScenarios::fifo);
        all.put("normal", SendScenarios::normal);
        all.put("encrypted", SendScenarios::encrypted);
        all.put("refusals", SendScenarios::refusals);
        all.put("sql", SendScenarios::sql);
        all.put("from-remoting", BridgeScenarios::fromRemoting);
        all.put("shown", ToolScenarios::shown);
        all.put("to-remoting", BridgeScenarios::toRemoting);
        if (System.getProperty(JMS) != null) {
            all.put("from-jms", JmsBridgeScenarios::fromJms);
            all.put("from-jms-transacted", JmsBridgeScenarios::transacted);
            all.put("to-jms", JmsBridgeScenarios::toJms);
            all.put("to-jms-ordered", JmsBridgeScenarios::ordered);
        }
        return all;
    }
}
