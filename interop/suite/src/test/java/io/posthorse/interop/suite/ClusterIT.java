package io.posthorse.interop.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.interop.harness.ChildProcess;
import io.posthorse.interop.harness.JavaCommand;
import io.posthorse.interop.harness.Scripts;
import io.posthorse.interop.harness.Scripts.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Two name servers and two masters, each started by script in its own process, with RocketMQ's own programs. */
class ClusterIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration PERIOD = Duration.ofSeconds(30);
    private static final String PROGRAMS = "org.apache.rocketmq.example.quickstart.";

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    private Scripts scripts;
    private String[] nameServers;
    private int[] ports;

    @Test
    void anySingleProcessCanStopAndReturn() throws Exception {
        scripts = new Scripts(folder);
        int[] nameServerPorts = {Scripts.freePort(), Scripts.freePort()};
        nameServers = new String[] {"127.0.0.1:" + nameServerPorts[0], "127.0.0.1:" + nameServerPorts[1]};
        ports = new int[] {Scripts.freePort(), Scripts.freePort()};
        try (ChildProcess first = nameServer(nameServerPorts[0], 0);
                ChildProcess second = nameServer(nameServerPorts[1], 1);
                ChildProcess a = broker("a", 0); ChildProcess b = broker("b", 1)) {
            for (String nameServer : nameServers) {
                awaitBrokers(nameServer, true, true);
            }
            programsOfTheDocuments();
            Outcome made = scripts.run(
                    "mqadmin", "updateTopic", "-n", nameServers[0], "-c", "DefaultCluster", "-t", "Cluster");
            assertEquals(0, made.exitCode(), made.output());
            try (ChildProcess sender = sender(nameServers[1])) {
                awaitSent(sender, "broker-a");
                awaitSent(sender, "broker-b");
                first.terminate(LIMIT);
                assertTrue(first.output().contains("Posthorse has stopped"), first.output());
                awaitSent(sender, "broker-a");
                awaitSent(sender, "broker-b");
                b.terminate(LIMIT);
                awaitBrokers(nameServers[1], true, false);
                awaitSent(sender, "broker-a");
                try (ChildProcess firstAgain = nameServer(nameServerPorts[0], 0); ChildProcess bAgain = broker("b", 1)) {
                    awaitBrokers(nameServers[0], true, true);
                    awaitBrokers(nameServers[1], true, true);
                    Awaitility.await().atMost(Duration.ofSeconds(70)).until(() -> lastSent(sender, "broker-b"));
                    assertFalse(sender.output().contains("failed"), sender::tail);
                    sender.kill();
                    shutDown(List.of(a, bAgain), List.of(firstAgain, second));
                }
            }
        }
    }

    private void shutDown(List<ChildProcess> brokers, List<ChildProcess> others) throws Exception {
        Outcome stopped = scripts.run("mqshutdown", "broker");
        assertEquals(0, stopped.exitCode(), stopped.output());
        for (ChildProcess broker : brokers) {
            assertEquals(143, broker.await(LIMIT), broker::tail);
            assertTrue(broker.output().contains("Posthorse has stopped; everything is on the disk."), broker.output());
        }
        for (String nameServer : nameServers) {
            awaitBrokers(nameServer, false, false);
        }
        for (ChildProcess other : others) {
            assertTrue(other.isAlive(), other::tail);
        }
        assertEquals(0, scripts.run("mqshutdown", "namesrv").exitCode());
        assertEquals(255, scripts.run("mqshutdown", "broker").exitCode());
        assertEquals(255, scripts.run("mqshutdown", "namesrv").exitCode());
    }

    /** Runs a producer with one name server and a consumer with the other; both find both brokers. */
    private void programsOfTheDocuments() throws Exception {
        Outcome sent = scripts.run(Map.of("NAMESRV_ADDR", nameServers[0]), "tools.sh", PROGRAMS + "Producer");
        assertEquals(0, sent.exitCode(), sent.output());
        assertEquals(1_000, sent.output().lines().filter(l -> l.contains("sendStatus=SEND_OK")).count(), sent.output());
        try (ChildProcess consumer = scripts.start(
                Map.of("NAMESRV_ADDR", nameServers[1]), "tools.sh", PROGRAMS + "Consumer")) {
            Awaitility.await().atMost(LIMIT).until(() -> consumer.output().lines()
                    .filter(l -> l.contains("Receive New Messages")).count() >= 1_000);
        }
    }

    private void awaitBrokers(String nameServer, boolean a, boolean b) {
        Awaitility.await().atMost(PERIOD).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(200)).until(() -> {
            Outcome list = scripts.run(Map.of("NAMESRV_ADDR", nameServer), "mqadmin", "clusterList");
            return list.exitCode() == 0 && list.output().contains(" broker-a ") == a
                    && list.output().contains(" broker-b ") == b;
        });
    }

    private ChildProcess nameServer(int port, int number) throws Exception {
        return ready("The Name Server boot success.", scripts.start(Map.of(), "mqnamesrv",
                "--set", "listenPort=" + port, "--data", folder.resolve("namesrv-" + number).toString()));
    }

    private ChildProcess broker(String name, int number) throws Exception {
        Path file = Scripts.checkout().resolve("conf").resolve("2m-noslave").resolve("broker-" + name + ".properties");
        return ready("boot success", scripts.start(
                Map.of("JAVA_OPT_EXT", "-Xms64M -Xmx256M -Xmn32m -XX:+UseG1GC -XX:PermSize=8m"), "mqbroker", "-c",
                file.toString(), "-n", String.join(";", nameServers), "--data", folder.resolve(name).toString(),
                "listenPort=" + ports[number]));
    }

    private static ChildProcess ready(String text, ChildProcess started) {
        Awaitility.await().atMost(LIMIT).until(() -> !started.isAlive() || started.output().contains(text));
        assertTrue(started.isAlive(), started.output());
        return started;
    }

    private ChildProcess sender(String nameServer) throws IOException {
        ProcessBuilder sender = new JavaCommand(
                ClientModule.classPath("client-5.5.0"), "io.posthorse.interop.client.cluster.SenderMain")
                .options(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                        "-Duser.home=" + folder.resolve("sender")))
                .arguments(nameServer, "Cluster").builder();
        return ChildProcess.start(sender, folder.resolve("sender.log"));
    }

    /** Waits until a broker stores another message. */
    private static void awaitSent(ChildProcess sender, String broker) {
        long before = count(sender, broker);
        Awaitility.await().atMost(LIMIT).until(() -> count(sender, broker) > before);
    }

    private static long count(ChildProcess sender, String broker) {
        return sender.output().lines().filter(l -> l.equals("sent " + broker)).count();
    }

    private static boolean lastSent(ChildProcess sender, String broker) {
        return sender.output().stripTrailing().endsWith("sent " + broker);
    }
}
