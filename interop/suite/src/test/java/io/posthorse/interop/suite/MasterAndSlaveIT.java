package io.posthorse.interop.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.interop.harness.ChildProcess;
import io.posthorse.interop.harness.Scripts;
import io.posthorse.interop.harness.Scripts.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** A synchronous master and its slave from the files in conf/2m-2s-sync, with RocketMQ's own programs. */
class MasterAndSlaveIT {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final String PROGRAMS = "org.apache.rocketmq.example.quickstart.";
    private static final int SENT = 1_000;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    private Scripts scripts;
    private String nameServer;

    @Test
    void aConsumerGoesOnAtTheSlaveWhenTheMasterIsKilled() throws Exception {
        scripts = new Scripts(folder);
        int port = Scripts.freePort();
        nameServer = "127.0.0.1:" + port;
        try (ChildProcess names = ready("The Name Server boot success.", scripts.start(Map.of(), "mqnamesrv",
                        "--set", "listenPort=" + port, "--data", folder.resolve("names").toString()));
                ChildProcess master = broker("broker-a", "haListenPort=" + Scripts.freePort());
                ChildProcess slave = broker("broker-a-s")) {
            Awaitility.await().atMost(LIMIT).until(() -> admin("clusterList").output().lines()
                    .filter(line -> line.contains(" broker-a ")).count() == 2);
            Awaitility.await().atMost(LIMIT).until(() -> slave.output().contains("boot success") && send() == SENT);
            try (ChildProcess consumer = consumer()) {
                awaitReceived(consumer);
                consumer.kill();
            }
            assertEquals(SENT, send(), "the slave has them, too");
            master.kill();
            try (ChildProcess consumer = consumer()) {
                awaitReceived(consumer);
                assertTrue(consumer.output().contains("brokerName=broker-a"), consumer::tail);
            }
            assertTrue(slave.isAlive() && names.isAlive(), slave::tail);
        }
    }

    /** Sends all messages; returns how many of them were acknowledged by master and slave. */
    private long send() throws Exception {
        Outcome sent = scripts.run(Map.of("NAMESRV_ADDR", nameServer), "tools.sh", PROGRAMS + "Producer");
        assertEquals(0, sent.exitCode(), sent.output());
        return sent.output().lines().filter(line -> line.contains("sendStatus=SEND_OK")).count();
    }

    private ChildProcess consumer() throws IOException {
        return scripts.start(Map.of("NAMESRV_ADDR", nameServer), "tools.sh", PROGRAMS + "Consumer");
    }

    private static void awaitReceived(ChildProcess consumer) {
        Awaitility.await().atMost(LIMIT).until(() -> consumer.output().lines()
                .filter(line -> line.contains("Receive New Messages")).count() >= SENT);
    }

    private Outcome admin(String command) throws Exception {
        return scripts.run(Map.of("NAMESRV_ADDR", nameServer), "mqadmin", command);
    }

    private ChildProcess broker(String name, String... more) throws Exception {
        Path file = Scripts.checkout().resolve("conf").resolve("2m-2s-sync").resolve(name + ".properties");
        List<String> arguments = new ArrayList<>(List.of(
                "-c", file.toString(), "-n", nameServer, "--data", folder.resolve(name).toString(),
                "brokerIP1=127.0.0.1", "brokerIP2=127.0.0.1", "listenPort=" + Scripts.freePort()));
        arguments.addAll(List.of(more));
        return ready("boot success", scripts.start(
                Map.of("JAVA_OPT_EXT", "-Xms64M -Xmx256M"), "mqbroker", arguments.toArray(String[]::new)));
    }

    private static ChildProcess ready(String text, ChildProcess started) {
        Awaitility.await().atMost(LIMIT).until(() -> !started.isAlive() || started.output().contains(text));
        assertTrue(started.isAlive(), started.output());
        return started;
    }
}
