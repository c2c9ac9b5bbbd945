package io.posthorse.interop.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.posthorse.interop.harness.BrokerProcess;
import io.posthorse.interop.harness.ChildProcess;
import io.posthorse.interop.harness.JavaCommand;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Every command of mqadmin in two releases of the tools, and the requests of the dashboard's pages. */
@DisabledIfSystemProperty(named = "interop.peer", matches = "rocketmq")
class AdminToolsIT {

    private static final Duration LIMIT = Duration.ofSeconds(240);
    private static final Pattern VERDICT =
            Pattern.compile("^verdict step=(\\S+) result=(\\S+) millis=\\d+$", Pattern.MULTILINE);
    private static final List<String> COMMANDS = List.of(
            "topicList", "updateTopic", "updateTopicList", "updateTopicPerm", "topicRoute", "topicStatus",
            "topicClusterList", "updateOrderConf", "allocateMQ", "statsAll", "deleteTopic",
            "clusterList", "clusterRT", "updateBrokerConfig", "getBrokerConfig", "brokerStatus", "brokerConsumeStats",
            "wipeWritePerm", "cleanExpiredCQ", "cleanUnusedTopic", "deleteExpiredCommitLog", "exports", "sendMsgStatus",
            "queryMsgById", "queryMsgById-direct", "queryMsgById-resend", "queryMsgByKey", "queryMsgByUniqueKey",
            "queryMsgByOffset", "checkMsgSendRT",
            "sendMessage", "printMsg", "printMsgByQueue", "consumeMessage",
            "consumerProgress", "consumerStatus", "consumerConnection", "producerConnection", "updateSubGroup",
            "updateSubGroupList", "cloneGroupOffset", "deleteSubGroup", "getConsumerStatus", "queryCq",
            "resetOffsetByTime", "skipAccumulatedMessage", "startMonitoring",
            "updateKvConfig", "deleteKvConfig", "getNamesrvConfig", "updateNamesrvConfig");
    private static final List<String> PAGES = List.of(
            "page-open", "page-trend", "page-cluster", "page-topic", "page-topic-change", "page-consumer",
            "page-consumer-change", "page-producer", "page-message", "page-dead-letters", "page-reset-twice",
            "page-close");

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path folder;

    private static final ExecutorService PROGRAMS = Executors.newFixedThreadPool(2);

    @AfterAll
    static void stop() {
        PROGRAMS.shutdownNow();
    }

    /** Returns the steps of a program with their verdicts, and its output. */
    private record Outcome(Map<String, String> verdicts, String output) {

        String about(String step) {
            int from = output.indexOf("--- " + step + ":");
            return from < 0 ? output : output.substring(from, Math.min(output.length(), from + 4_000));
        }
    }

    @TestFactory
    Stream<DynamicContainer> tools() {
        List<String> commandsAndPages = new ArrayList<>(COMMANDS);
        commandsAndPages.addAll(PAGES);
        return Stream.of(
                container("4.4.0", "io.posthorse.interop.admin.Main", COMMANDS),
                container("5.5.0", "io.posthorse.interop.admin.dashboard.DashboardMain", commandsAndPages));
    }

    private static DynamicContainer container(String version, String main, List<String> steps) {
        Future<Outcome> outcome = PROGRAMS.submit(() -> play(version, main));
        return DynamicContainer.dynamicContainer("tools " + version, steps.stream()
                .map(step -> DynamicTest.dynamicTest(step, () -> {
                    Outcome of = outcome.get();
                    assertEquals("PASS", of.verdicts().get(step), () -> of.about(step));
                })));
    }

    private static Outcome play(String version, String main) throws Exception {
        Path home = Files.createDirectories(folder.resolve("tools-" + version));
        Files.createDirectories(home.resolve("conf"));
        Files.writeString(home.resolve("conf").resolve("logback_tools.xml"), "<configuration/>");
        Files.writeString(home.resolve("conf").resolve("tools.yml"), "{}");
        BrokerProcess broker = BrokerProcess.start(home.resolve("broker"), Map.of("brokerName", "broker-a"));
        try {
            ProcessBuilder program = new JavaCommand(ClientModule.classPath("../admin/admin-" + version), main)
                    .options(List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Duser.home=" + home,
                            "-Drocketmq.home.dir=" + home, "-Djava.io.tmpdir=" + home,
                            "--add-opens=java.base/java.nio=ALL-UNNAMED"))
                    .arguments(broker.nameServer(), broker.address()).builder();
            program.directory(home.toFile());
            try (ChildProcess child = ChildProcess.start(program, home.resolve("output.log"))) {
                child.await(LIMIT);
                Map<String, String> verdicts = new HashMap<>();
                Matcher matcher = VERDICT.matcher(child.output());
                while (matcher.find()) {
                    verdicts.put(matcher.group(1), matcher.group(2));
                }
                return new Outcome(verdicts, child.output());
            }
        } finally {
            broker.stop();
        }
    }
}
