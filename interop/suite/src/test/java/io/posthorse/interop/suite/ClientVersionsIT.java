package io.posthorse.interop.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.posthorse.interop.harness.BrokerProcess;
import io.posthorse.interop.suite.ClientRun.Outcome;
import io.posthorse.interop.suite.ClientRun.Verdict;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** All scenarios with all client versions, and some with the binary header. */
class ClientVersionsIT {

    private static final List<String> VERSIONS = List.of("4.4.0", "4.7.1", "4.9.8", "5.5.0");
    private static final List<String> ALL = List.of("send-sync", "send-async", "send-oneway", "send-selector",
            "send-batch", "vip-channel", "compressed", "large-message", "refusals", "push-concurrent", "tag-filter",
            "sql-filter", "sql-beside-tags", "sql-refused", "sql-retry",
            "orderly", "orderly-suspend", "broadcast", "share-and-leave", "crash-takeover", "pull", "pull-offsets",
            "lite-pull-subscribe", "lite-pull-assign", "from-first", "from-last", "from-timestamp",
            "from-last-young-topic", "offset-restart", "retry", "dead-letter", "delay", "transaction", "timed",
            "timed-property", "recall", "pop", "request", "long-polling");
    private static final List<String> WITH_BINARY_HEADER = List.of("send-sync", "send-async", "send-oneway",
            "send-batch", "push-concurrent", "sql-filter", "orderly", "pull", "pull-offsets", "retry", "delay",
            "transaction", "timed");
    private static final Set<String> NOT_IN_4_4 = Set.of("lite-pull-subscribe", "lite-pull-assign", "request");
    private static final Set<String> ONLY_IN_5 = Set.of("recall", "pop");
    /** Level 3 is the first retry. */
    private static final String DELAYS = "1s 2s 1s 2s 2s 2s 3s 3s 3s 3s 4s 4s 4s 4s 5s 5s 5s 5s";
    /** Number of concurrent programs: two keep a small machine busy, since they mostly wait. */
    private static final int PROGRAMS = 2;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path folder;

    private static BrokerProcess broker;
    private static ExecutorService programs;

    @BeforeAll
    static void start() throws Exception {
        broker = BrokerProcess.start(folder.resolve("broker"), Map.of("messageDelayLevel", DELAYS));
        programs = Executors.newFixedThreadPool(PROGRAMS);
    }

    @AfterAll
    static void stop() throws Exception {
        if (programs != null) {
            programs.shutdownNow();
        }
        if (broker != null) {
            broker.stop();
        }
    }

    @TestFactory
    Stream<DynamicContainer> scenarios() {
        List<DynamicContainer> containers = new ArrayList<>();
        for (String version : VERSIONS) {
            containers.add(container(new ClientRun(version, "JSON", all())));
        }
        for (String version : VERSIONS) {
            containers.add(container(new ClientRun(version, "ROCKETMQ", WITH_BINARY_HEADER)));
        }
        return containers.stream();
    }

    /** Removes the scenarios that only this broker supports. */
    private static List<String> all() {
        return ALL.stream().filter(s -> !ClientRun.OF_ROCKETMQ || !s.equals("timed-property")).toList();
    }

    private static DynamicContainer container(ClientRun run) {
        Future<Outcome> outcome = programs.submit(() -> run.play(broker.nameServer(), DELAYS, folder));
        String name = run.version() + " " + run.header();
        Stream<DynamicTest> tests = run.scenarios().stream()
                .map(scenario -> DynamicTest.dynamicTest(name + " " + scenario, () -> check(run, scenario, outcome)));
        DynamicTest end = DynamicTest.dynamicTest(name + " ends well", () -> checkEnd(run, outcome.get()));
        return DynamicContainer.dynamicContainer(name, Stream.concat(tests, Stream.of(end)));
    }

    private static void check(ClientRun run, String scenario, Future<Outcome> future) throws Exception {
        Outcome outcome = future.get();
        Verdict verdict = outcome.verdicts().get(scenario);
        assertNotNull(verdict, () -> "no verdict in:\n" + outcome.output());
        boolean missing = run.version().startsWith("4.4.") && NOT_IN_4_4.contains(scenario)
                || run.version().startsWith("4.") && ONLY_IN_5.contains(scenario);
        assertEquals(missing ? "SKIP" : "PASS", verdict.result(), () -> outcome.about(scenario));
        assumeFalse(missing, verdict.reason());
    }

    private static void checkEnd(ClientRun run, Outcome outcome) {
        assertEquals(Set.copyOf(run.scenarios()), outcome.verdicts().keySet(), "scenarios played");
        assertEquals(0, outcome.exitCode(), outcome::output);
    }
}
