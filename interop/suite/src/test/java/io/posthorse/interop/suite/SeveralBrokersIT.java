package io.posthorse.interop.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.interop.harness.ChildProcess;
import io.posthorse.interop.harness.Scripts;
import io.posthorse.interop.harness.Scripts.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Two brokers in one process, with RocketMQ's own programs: sends are spread, and nothing is lost when it is killed. */
class SeveralBrokersIT {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final String PROGRAMS = "org.apache.rocketmq.example.quickstart.";
    private static final int SENT = 1_000;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    private Scripts scripts;
    private int port;

    @Test
    void aProducerSpreadsItsSendsAndAConsumerFindsAllBehindAKill() throws Exception {
        scripts = new Scripts(folder);
        port = Scripts.freePort();
        try (ChildProcess brokers = brokers()) {
            String list = run("mqadmin", "clusterList").output();
            assertTrue(list.contains(" broker-a ") && list.contains(" broker-a-1 "), list);
            assertEquals(0, run("mqadmin", "updateTopic", "-c", "DefaultCluster", "-t", "TopicTest").exitCode());
            Outcome sent = run("tools.sh", PROGRAMS + "Producer");
            assertEquals(0, sent.exitCode(), sent.output());
            long first = sentTo("broker-a", sent);
            assertEquals(SENT, first + sentTo("broker-a-1", sent), sent.output());
            assertEquals(SENT / 2.0, first, SENT / 10.0, "round robin, from any queue on");
            brokers.kill();
        }
        try (ChildProcess brokers = brokers();
                ChildProcess consumer = scripts.start(environment(), "tools.sh", PROGRAMS + "Consumer")) {
            Awaitility.await().atMost(LIMIT).until(() -> consumer.output().lines()
                    .filter(line -> line.contains("Receive New Messages")).count() >= SENT);
            assertTrue(brokers.isAlive(), brokers::tail);
        }
    }

    private static long sentTo(String broker, Outcome sent) {
        return sent.output().lines().filter(line -> line.contains("sendStatus=SEND_OK")
                && line.contains("brokerName=" + broker + ",")).count();
    }

    private Map<String, String> environment() {
        return Map.of("NAMESRV_ADDR", "127.0.0.1:" + port);
    }

    private Outcome run(String script, String... arguments) throws Exception {
        return scripts.run(environment(), script, arguments);
    }

    private ChildProcess brokers() throws IOException {
        ChildProcess started = scripts.start(
                Map.of("JAVA_OPT_EXT", "-Xms64M -Xmx256M"), "mqbroker", "--data", folder.resolve("data").toString(),
                "brokers=2", "brokerName=broker-a", "listenPort=0", "nameserver.enabled=true", "nameserver.port=" + port);
        Awaitility.await().atMost(LIMIT).until(
                () -> !started.isAlive() || started.output().contains("The broker[broker-a-1, "));
        assertTrue(started.isAlive(), started.output());
        return started;
    }
}
