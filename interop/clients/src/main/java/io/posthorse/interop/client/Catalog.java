package io.posthorse.interop.client;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** All scenarios by name. */
public final class Catalog {

    private static final String LITE = "io.posthorse.interop.client.lite.LitePullScenarios";
    private static final String REQUEST = "io.posthorse.interop.client.lite.RequestScenario";
    private static final String POP = "io.posthorse.interop.client.v5.PopScenarios";
    private static final Set<String> ALONE = Set.of("long-polling");

    private Catalog() {
    }

    /** Returns whether it must run alone. */
    static boolean isAlone(String name) {
        return ALONE.contains(name);
    }

    /** Returns the scenarios with these names, or all for "all". */
    static Map<String, Scenario> chosen(List<String> names) {
        Map<String, Scenario> all = all();
        if (names.contains("all")) {
            return all;
        }
        Map<String, Scenario> chosen = new LinkedHashMap<>();
        for (String name : names) {
            Scenario scenario = all.get(name);
            if (scenario == null) {
                throw new IllegalArgumentException("no scenario " + name + " in " + all.keySet());
            }
            chosen.put(name, scenario);
        }
        return chosen;
    }

    /** Returns all scenarios; the longest ones come first, so that they start first. */
    static Map<String, Scenario> all() {
        Map<String, Scenario> all = new LinkedHashMap<>();
        all.put("crash-takeover", CrashScenario::run);
        all.put("retry", RetryScenarios::retry);
        all.put("dead-letter", RetryScenarios::deadLetter);
        all.put("share-and-leave", GroupScenarios::shareAndLeave);
        all.put("offset-restart", OffsetScenarios::restart);
        all.put("orderly", OrderScenarios::orderly);
        all.put("orderly-suspend", OrderScenarios::suspend);
        all.put("delay", DelayScenario::run);
        all.put("transaction", TransactionScenario::run);
        all.put("timed", TimedScenario::rocketmq);
        all.put("timed-property", TimedScenario::property);
        all.put("recall", TimedScenario::recall);
        all.put("broadcast", GroupScenarios::broadcast);
        all.put("from-first", OffsetScenarios::fromFirst);
        all.put("from-last", OffsetScenarios::fromLast);
        all.put("from-timestamp", OffsetScenarios::fromTimestamp);
        all.put("from-last-young-topic", OffsetScenarios::fromLastOfYoungTopic);
        all.put("pull", PullScenarios::pull);
        all.put("pull-offsets", PullScenarios::offsets);
        all.put("pop", of(POP, "share", "this client version cannot pop messages"));
        all.put("request", of(REQUEST, "run", "this client version cannot wait for replies"));
        all.put("lite-pull-subscribe", lite("subscribe"));
        all.put("lite-pull-assign", lite("assign"));
        all.put("large-message", SizeScenarios::large);
        all.put("compressed", SizeScenarios::compressed);
        all.put("push-concurrent", GroupScenarios::concurrent);
        all.put("tag-filter", GroupScenarios::tags);
        all.put("sql-retry", FilterScenarios::retried);
        all.put("sql-filter", FilterScenarios::matching);
        all.put("sql-beside-tags", FilterScenarios::beside);
        all.put("sql-refused", FilterScenarios::refused);
        all.put("send-sync", SendScenarios::sync);
        all.put("send-async", SendScenarios::async);
        all.put("send-oneway", SendScenarios::oneway);
        all.put("send-selector", SendScenarios::selector);
        all.put("send-batch", SendScenarios::batch);
        all.put("vip-channel", SendScenarios::vip);
        all.put("refusals", RefusalScenario::run);
        all.put("long-polling", LatencyScenario::run);
        return all;
    }

    private static Scenario lite(String mode) {
        return of(LITE, mode, "this client version has no lite pull consumer");
    }

    /** A scenario that is compiled for some client versions only. */
    private static Scenario of(String type, String name, String missing) {
        return stage -> {
            Class<?> scenarios;
            try {
                scenarios = Class.forName(type);
            } catch (ClassNotFoundException e) {
                throw new SkippedException(missing);
            }
            ((Scenario) scenarios.getMethod(name).invoke(null)).run(stage);
        };
    }
}
