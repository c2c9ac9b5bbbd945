package io.posthorse.interop.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.interop.harness.BrokerProcess;
import io.posthorse.interop.harness.ChildProcess;
import io.posthorse.interop.harness.JavaCommand;
import io.posthorse.interop.harness.RocketMqPeer;
import io.posthorse.interop.harness.Scripts;
import io.posthorse.interop.suite.ClientRun.Verdict;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** RocketMQ's own proxy, in cluster mode, in front of our broker, with the gRPC client. Profile differential. */
@EnabledIfSystemProperty(named = "interop.peer", matches = "rocketmq")
class ProxyIT {
    private static final List<String> SCENARIOS = List.of(
            "normal", "fifo", "delay", "recall", "sql", "retry", "dead-letter", "simple", "transaction", "orphan",
            "from-remoting", "to-remoting");
    /** Level 3 is the first retry. */
    private static final String DELAYS = "1s 2s 1s 2s 2s 2s 3s 3s 3s 3s 4s 4s 4s 4s 5s 5s 5s 5s";
    private static final Duration LIMIT = Duration.ofSeconds(240);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path folder;

    private static BrokerProcess broker;
    private static ChildProcess proxy;
    private static int port;

    @BeforeAll
    static void start() throws Exception {
        broker = BrokerProcess.startPosthorse(folder.resolve("broker"), Map.of(
                "messageDelayLevel", DELAYS, "transactionTimeOut", "1000", "transactionCheckInterval", "1000"));
        port = Scripts.freePort();
        proxy = ChildProcess.start(
                RocketMqPeer.given().proxy(folder.resolve("proxy"), port, Scripts.freePort(), broker.nameServer()),
                folder.resolve("proxy.log"));
        Awaitility.await().atMost(LIMIT).until(
                () -> !proxy.isAlive() || proxy.output().contains("rocketmq-proxy startup successfully"));
        assertTrue(proxy.isAlive(), proxy.output());
    }

    @AfterAll
    static void stop() throws Exception {
        if (proxy != null) {
            proxy.close();
        }
        if (broker != null) {
            broker.stop();
        }
    }

    @TestFactory
    Stream<DynamicTest> scenarios() throws Exception {
        JavaCommand command = new JavaCommand(ClientModule.classPath("grpc-5.2.0"), "io.posthorse.interop.grpc.Main")
                .options(List.of(
                        "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dinterop.behind.proxy=true",
                        "-Duser.home=" + folder.resolve("home")))
                .arguments(broker.nameServer(), "127.0.0.1:" + port, "proxy").arguments(SCENARIOS.toArray(String[]::new));
        String output;
        try (ChildProcess child = ChildProcess.start(command.builder(), folder.resolve("client.log"))) {
            child.await(LIMIT);
            output = child.output();
        }
        Map<String, Verdict> verdicts = ClientRun.verdicts(output);
        return SCENARIOS.stream().map(name -> DynamicTest.dynamicTest(name, () -> {
            Verdict verdict = verdicts.getOrDefault(name, new Verdict("none", ""));
            assertEquals("PASS", verdict.result(), () -> output);
        }));
    }
}
