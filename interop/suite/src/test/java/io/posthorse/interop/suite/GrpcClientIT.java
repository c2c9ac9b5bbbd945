package io.posthorse.interop.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.posthorse.interop.harness.BrokerProcess;
import io.posthorse.interop.harness.ChildProcess;
import io.posthorse.interop.harness.JavaCommand;
import io.posthorse.interop.suite.ClientRun.Verdict;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The gRPC client of RocketMQ 5, alone and together with a remoting and a JMS client. */
class GrpcClientIT {
    private static final List<String> SCENARIOS = List.of(
            "normal", "fifo", "delay", "recall", "sql", "encrypted", "refusals", "retry", "dead-letter", "simple",
            "transaction", "orphan", "from-remoting", "to-remoting", "shown", "from-jms", "from-jms-transacted", "to-jms",
            "to-jms-ordered");
    /** Level 3 is the first retry. */
    private static final String DELAYS = "1s 2s 1s 2s 2s 2s 3s 3s 3s 3s 4s 4s 4s 4s 5s 5s 5s 5s";

    private static final Duration LIMIT = Duration.ofSeconds(120);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path folder;

    private static BrokerProcess broker;

    @BeforeAll
    static void start() throws Exception {
        assumeFalse(ClientRun.OF_ROCKETMQ, "the original takes gRPC in another process");
        broker = BrokerProcess.start(folder.resolve("broker"), Map.of(
                "messageDelayLevel", DELAYS, "transactionTimeOut", "1000", "transactionCheckInterval", "1000"));
    }

    @AfterAll
    static void stop() throws Exception {
        if (broker != null) {
            broker.stop();
        }
    }

    @TestFactory
    Stream<DynamicTest> scenarios() throws Exception {
        JavaCommand command = new JavaCommand(ClientModule.classPath("grpc-5.2.0"), "io.posthorse.interop.grpc.Main")
                .options(List.of(
                        "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Duser.home=" + folder.resolve("home"),
                        "-Dinterop.jms=" + broker.jms()))
                .arguments(broker.nameServer(), broker.endpoints(), "it", "all");
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
