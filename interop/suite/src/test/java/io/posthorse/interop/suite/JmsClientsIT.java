package io.posthorse.interop.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.posthorse.interop.harness.BrokerProcess;
import io.posthorse.interop.harness.ChildProcess;
import io.posthorse.interop.suite.ClientRun.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** All JMS scenarios with all clients of ActiveMQ, and each client through a kill of the broker. */
class JmsClientsIT {
    private static final List<String> SCENARIOS = List.of(
            "queue", "kinds", "order", "priority", "expiry", "delay", "large", "non-persistent", "transacted", "client-ack",
            "dups-ok", "individual-ack", "redelivery", "topic", "durable", "wildcard", "composite", "virtual-topic",
            "no-local", "browser", "selector", "groups", "exclusive", "pull", "request", "listeners", "pool", "xa");

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path folder;

    private static BrokerProcess broker;

    @BeforeAll
    static void start() throws Exception {
        assumeFalse(ClientRun.OF_ROCKETMQ, "the original has no JMS");
        broker = BrokerProcess.start(folder.resolve("broker"), Map.of());
    }

    @AfterAll
    static void stop() throws Exception {
        if (broker != null) {
            broker.stop();
        }
    }

    @TestFactory
    Stream<DynamicContainer> scenarios() {
        return JmsRun.VERSIONS.stream().map(version -> DynamicContainer.dynamicContainer(version, play(version)));
    }

    private static Stream<DynamicTest> play(String version) {
        String output;
        try {
            output = JmsRun.play(folder, version, "Main", List.of(), broker.jms(), "all");
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
        Map<String, Verdict> verdicts = ClientRun.verdicts(output);
        return SCENARIOS.stream().map(name -> DynamicTest.dynamicTest(version + " " + name, () -> {
            Verdict verdict = verdicts.getOrDefault(name, new Verdict("none", ""));
            assertEquals("PASS", verdict.result(), () -> output);
        }));
    }

    /** All clients concurrently, on a broker that is killed twice. */
    @Test
    void throughKills() throws Exception {
        Map<String, ChildProcess> clients = new LinkedHashMap<>();
        try (BrokerProcess mortal = BrokerProcess.start(folder.resolve("mortal"), Map.of())) {
            for (String version : JmsRun.VERSIONS) {
                clients.put(version, JmsRun.start(folder, version, "FailoverMain", List.of(), mortal.jms()));
            }
            Awaitility.await().atMost(JmsRun.LIMIT).until(
                    () -> clients.values().stream().allMatch(client -> !client.isAlive() || hasSent(client, 500)));
            mortal.kill();
            mortal.start();
            Awaitility.await().atMost(JmsRun.LIMIT).until(
                    () -> clients.values().stream().anyMatch(client -> !client.isAlive() || hasSent(client, 2_500)));
            mortal.kill();
            mortal.start();
            for (Map.Entry<String, ChildProcess> client : clients.entrySet()) {
                client.getValue().await(JmsRun.LIMIT);
                String output = client.getValue().output();
                assertEquals(Map.of("failover", new Verdict("PASS", "")), ClientRun.verdicts(output),
                        () -> client.getKey() + "\n" + output);
            }
            mortal.stop();
        } finally {
            clients.values().forEach(ChildProcess::close);
        }
    }

    /** Branches of a transaction manager whose broker is killed between the phases and after the decision. */
    @Test
    void preparedBranchesThroughKills() throws Exception {
        Map<String, ChildProcess> clients = new LinkedHashMap<>();
        try (BrokerProcess mortal = BrokerProcess.start(folder.resolve("mortal-xa"), Map.of())) {
            for (String version : JmsRun.VERSIONS) {
                clients.put(version, JmsRun.start(folder, version, "XaKillMain", List.of(), mortal.jms(), "prepare"));
            }
            Awaitility.await().atMost(JmsRun.LIMIT).until(
                    () -> clients.values().stream().allMatch(client -> !client.isAlive() || hasPrepared(client)));
            clients.forEach((version, client) -> assertTrue(hasPrepared(client), () -> version + "\n" + client.output()));
            mortal.kill();
            clients.values().forEach(ChildProcess::close);
            for (String step : List.of("decide", "after")) {
                mortal.start();
                for (String version : JmsRun.VERSIONS) {
                    String output = JmsRun.play(folder, version, "XaKillMain", List.of(), mortal.jms(), step);
                    assertEquals(Map.of("xa-" + step, new Verdict("PASS", "")), ClientRun.verdicts(output),
                            () -> version + "\n" + output);
                }
                mortal.kill();
            }
        } finally {
            clients.values().forEach(ChildProcess::close);
        }
    }

    private static boolean hasPrepared(ChildProcess client) {
        return client.output().contains("fact scenario=xa-prepare prepared=2\n");
    }

    private static boolean hasSent(ChildProcess client, int count) {
        return client.output().contains("fact scenario=failover sent=" + count + "\n");
    }
}
