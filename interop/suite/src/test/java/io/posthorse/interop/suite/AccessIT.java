package io.posthorse.interop.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Users and rules with real clients, whose accounts are in a plain_acl.yml, and with the tools of 5.5.0. */
@DisabledIfSystemProperty(named = "interop.peer", matches = "rocketmq")
class AccessIT {
    private static final Duration LIMIT = Duration.ofSeconds(180);
    private static final Pattern VERDICT = Pattern.compile("^verdict step=(\\S+) result=(\\S+)$", Pattern.MULTILINE);
    private static final List<String> VERSIONS = List.of("4.4.0", "4.7.1", "4.9.8", "5.5.0");
    private static final List<String> HEADERS = List.of("JSON", "ROCKETMQ");
    private static final List<String> CLIENT_STEPS =
            List.of("allowed", "transaction", "denied-topic", "denied-group", "wrong-secret", "unsigned");
    private static final List<String> GRPC_STEPS = List.of(
            "allowed", "transaction", "simple", "denied-topic", "denied-group", "wrong-secret", "unsigned");
    private static final List<String> GRPC_RUNS = List.of("grpc", "grpc-zone");
    private static final List<String> TOOL_STEPS = List.of("users", "rules", "page", "refusals", "other-commands");
    private static final String ROOT_SECRET = "secret-of-root";

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path folder;

    private static BrokerProcess broker;

    @BeforeAll
    static void start() throws Exception {
        Path accounts = folder.resolve("plain_acl.yml");
        Files.writeString(accounts, accounts());
        broker = BrokerProcess.start(folder.resolve("broker"), Map.of(
                "aclEnable", "true",
                "initAuthenticationUser", "{\"username\":\"root\",\"password\":\"" + ROOT_SECRET + "\"}",
                "auth.plain.acl", accounts.toString(),
                "auth.grpc.zones", "Asia/Shanghai",
                "transactionTimeOut", "1000", "transactionCheckInterval", "1000",
                "messageDelayLevel", "1s 1s 1s 1s 1s"));
    }

    @AfterAll
    static void stop() throws Exception {
        if (broker != null) {
            broker.stop();
        }
    }

    private static String run(String version, String header) {
        return version.replace('.', '_') + "-" + header;
    }

    private static String accounts() {
        StringBuilder sends = new StringBuilder();
        StringBuilder reads = new StringBuilder();
        StringBuilder groups = new StringBuilder();
        for (String version : VERSIONS) {
            for (String header : HEADERS) {
                String run = run(version, header);
                sends.append("  - Topic-").append(run).append("=PUB\n");
                reads.append("  - Topic-").append(run).append("=SUB\n");
                groups.append("  - Group-").append(run).append("=SUB\n");
            }
        }
        for (String run : GRPC_RUNS) {
            sends.append("  - Topic-").append(run).append("=PUB\n");
            reads.append("  - Topic-").append(run).append("=SUB\n");
            groups.append("  - Group-").append(run).append("=SUB\n  - SimpleGroup-").append(run).append("=SUB\n");
        }
        return "accounts:\n- accessKey: producer\n  secretKey: secret-of-producer\n  topicPerms:\n" + sends
                + "- accessKey: consumer\n  secretKey: secret-of-consumer\n  topicPerms:\n" + reads + "  groupPerms:\n"
                + groups + "- accessKey: victim\n  secretKey: secret-of-victim\n  defaultTopicPerm: PUB\n";
    }

    @TestFactory
    Stream<DynamicContainer> clients() {
        List<DynamicContainer> containers = new ArrayList<>();
        for (String version : VERSIONS) {
            for (String header : HEADERS) {
                String name = "client " + version + " " + header;
                Map<String, String> verdicts = new HashMap<>();
                StringBuilder output = new StringBuilder();
                containers.add(DynamicContainer.dynamicContainer(name, CLIENT_STEPS.stream()
                        .map(step -> DynamicTest.dynamicTest(name + " " + step, () -> {
                            if (output.isEmpty()) {
                                output.append(play("client-" + version, "io.posthorse.interop.client.access.AccessMain",
                                        List.of("-Drocketmq.serialize.type=" + header), broker.nameServer(),
                                        run(version, header)));
                                verdicts.putAll(verdicts(output.toString()));
                            }
                            assertEquals("PASS", verdicts.get(step), output::toString);
                        }))));
            }
        }
        return containers.stream();
    }

    /** The Java client signs its local time. */
    @TestFactory
    Stream<DynamicTest> grpcClient() throws Exception {
        List<DynamicTest> tests = new ArrayList<>();
        for (String run : GRPC_RUNS) {
            String zone = run.equals("grpc") ? "UTC" : "Asia/Shanghai";
            String output = grpc(zone, run, GRPC_STEPS);
            for (String step : GRPC_STEPS) {
                tests.add(DynamicTest.dynamicTest(run + " " + step,
                        () -> assertEquals("PASS", verdicts(output).get(step), () -> output)));
            }
        }
        String elsewhere = grpc("Pacific/Chatham", "grpc", List.of("wrong-clock"));
        tests.add(DynamicTest.dynamicTest("grpc wrong-clock",
                () -> assertEquals("PASS", verdicts(elsewhere).get("wrong-clock"), () -> elsewhere)));
        return tests.stream();
    }

    private static String grpc(String zone, String run, List<String> steps) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(broker.endpoints(), run));
        arguments.addAll(steps);
        return play("grpc-5.2.0", "io.posthorse.interop.grpc.AccessMain", List.of("-Duser.timezone=" + zone),
                arguments.toArray(String[]::new));
    }

    @Test
    void toolsOf55() throws Exception {
        Path home = Files.createDirectories(folder.resolve("home"));
        Files.createDirectories(home.resolve("conf"));
        Files.writeString(home.resolve("conf").resolve("logback_tools.xml"), "<configuration/>");
        Files.writeString(home.resolve("conf").resolve("tools.yml"),
                "accessKey: root\nsecretKey: " + ROOT_SECRET + "\n");
        String output = play("../admin/admin-5.5.0", "io.posthorse.interop.admin.access.AccessMain",
                List.of("-Drocketmq.home.dir=" + home), broker.nameServer(), broker.address());
        for (String step : TOOL_STEPS) {
            assertEquals("PASS", verdicts(output).get(step), () -> step + "\n" + output);
        }
    }

    private static Map<String, String> verdicts(String output) {
        Map<String, String> verdicts = new HashMap<>();
        Matcher matcher = VERDICT.matcher(output);
        while (matcher.find()) {
            verdicts.put(matcher.group(1), matcher.group(2));
        }
        return verdicts;
    }

    private static String play(String module, String main, List<String> options, String... arguments) throws Exception {
        Path home = folder.resolve("run-" + System.nanoTime());
        List<String> all = new ArrayList<>(List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                "-Duser.home=" + home, "-Drocketmq.client.localOffsetStoreDir=" + home.resolve("offsets"),
                "-Drocketmq.client.rebalance.waitInterval=2000", "--add-opens=java.base/java.nio=ALL-UNNAMED"));
        all.addAll(options);
        ProcessBuilder program =
                new JavaCommand(ClientModule.classPath(module), main).options(all).arguments(arguments).builder();
        try (ChildProcess child = ChildProcess.start(program, home.resolve("output.log"))) {
            child.await(LIMIT);
            return child.output();
        }
    }

    /** Checks that the broker's output has no secrets of users and no bodies of messages. */
    @AfterAll
    static void theBrokerPrintedNoSecret() throws Exception {
        try (Stream<Path> files = Files.walk(folder.resolve("broker"), 1)) {
            List<Path> logs = files.filter(f -> f.toString().endsWith(".log")).toList();
            assertTrue(!logs.isEmpty());
            for (Path log : logs) {
                String text = Files.readString(log);
                assertFalse(text.contains("secret-of-") || text.contains("another-secret"), text);
            }
        }
    }
}
