package io.posthorse.interop.jms;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs scenarios with the ActiveMQ client in the class path; arguments: URL RUN all|SCENARIO... */
public final class Main {

    private static final int THREADS = 6;

    private Main() {
    }

    /** A scenario; it throws where the result is wrong. */
    interface Scenario {
        void run(Stage stage) throws Exception;
    }

    /** Runs the scenarios; exits with 0 where nothing failed, else with 1. */
    public static void main(String[] args) throws Exception {
        Map<String, Scenario> chosen = all();
        List<String> names = List.of(args).subList(2, args.length);
        if (!names.contains("all")) {
            chosen.keySet().retainAll(names);
        }
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        List<Future<Boolean>> outcomes = new ArrayList<>();
        chosen.forEach((name, scenario) ->
                outcomes.add(threads.submit(() -> play(name, new Stage(args[0], args[1], name), scenario))));
        boolean passed = true;
        for (Future<Boolean> outcome : outcomes) {
            passed &= outcome.get();
        }
        Report.end(passed);
        Runtime.getRuntime().halt(passed ? 0 : 1);
    }

    static boolean play(String name, Stage stage, Scenario scenario) {
        long began = System.nanoTime();
        Throwable failure = null;
        try (stage) {
            scenario.run(stage);
        } catch (Exception | AssertionError | LinkageError e) {
            failure = e;
        }
        Report.verdict(name, (System.nanoTime() - began) / 1_000_000, failure);
        return failure == null;
    }

    private static Map<String, Scenario> all() {
        Map<String, Scenario> all = new LinkedHashMap<>();
        all.put("order", SendScenarios::order);
        all.put("redelivery", AcknowledgeScenarios::redelivery);
        all.put("delay", SendScenarios::delay);
        all.put("queue", SendScenarios::queue);
        all.put("kinds", SendScenarios::kinds);
        all.put("priority", SendScenarios::priority);
        all.put("expiry", SendScenarios::expiry);
        all.put("large", SendScenarios::large);
        all.put("non-persistent", SendScenarios::nonPersistent);
        all.put("transacted", AcknowledgeScenarios::transacted);
        all.put("client-ack", AcknowledgeScenarios::client);
        all.put("dups-ok", AcknowledgeScenarios::dupsOk);
        all.put("individual-ack", AcknowledgeScenarios::individual);
        all.put("topic", TopicScenarios::topic);
        all.put("durable", TopicScenarios::durable);
        all.put("wildcard", TopicScenarios::wildcard);
        all.put("composite", TopicScenarios::composite);
        all.put("virtual-topic", TopicScenarios::virtual);
        all.put("no-local", TopicScenarios::noLocal);
        all.put("browser", SharingScenarios::browser);
        all.put("selector", SharingScenarios::selector);
        all.put("groups", SharingScenarios::groups);
        all.put("exclusive", SharingScenarios::exclusive);
        all.put("pull", SharingScenarios::pull);
        all.put("request", SharingScenarios::request);
        all.put("listeners", SharingScenarios::listeners);
        all.put("pool", PoolScenario::run);
        all.put("xa", XaScenario::run);
        return all;
    }
}
