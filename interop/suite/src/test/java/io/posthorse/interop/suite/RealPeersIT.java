package io.posthorse.interop.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.interop.harness.ChildProcess;
import io.posthorse.interop.harness.JavaCommand;
import io.posthorse.interop.harness.RocketMqPeer;
import io.posthorse.interop.harness.Scripts;
import io.posthorse.interop.harness.Scripts.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * A name server and a broker of RocketMQ and of this project: all brokers register with all name servers. Profile
 * differential.
 */
@EnabledIfSystemProperty(named = "interop.peer", matches = "rocketmq")
class RealPeersIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String OURS = "posthorse";
    private static final String THEIRS = "original";

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    private Scripts scripts;

    @Test
    void everyBrokerIsKnownToEveryNameServer() throws Exception {
        scripts = new Scripts(folder);
        RocketMqPeer original = RocketMqPeer.given();
        int ourPort = Scripts.freePort();
        int theirPort = Scripts.freePort();
        List<String> each = List.of("127.0.0.1:" + ourPort, "127.0.0.1:" + theirPort);
        String both = String.join(";", each);
        try (ChildProcess ourNameServer = ourNameServer(ourPort);
                ChildProcess theirNameServer = start(original.nameServer(folder.resolve("ns"), theirPort), "ns");
                ChildProcess ourBroker = ready(scripts.start(Map.of(), "mqbroker", "-n", both, "brokerName=" + OURS,
                        "listenPort=" + Scripts.freePort()));
                ChildProcess theirBroker = start(
                        original.broker(folder.resolve("broker"), Scripts.freePort(), THEIRS, both), "broker")) {
            for (String nameServer : each) {
                awaitBrokers(nameServer, true, true);
            }
            Outcome made = scripts.run("mqadmin", "updateTopic", "-n", each.get(0), "-c", "DefaultCluster", "-t", "Mixed");
            assertEquals(0, made.exitCode(), made.output());
            for (String nameServer : each) {
                sendsToBoth(nameServer);
            }
            ourNameServer.terminate(LIMIT);
            theirNameServer.terminate(LIMIT);
            try (ChildProcess oursAgain = ourNameServer(ourPort);
                    ChildProcess theirsAgain = start(original.nameServer(folder.resolve("ns"), theirPort), "ns2")) {
                for (String nameServer : each) {
                    awaitBrokers(nameServer, true, true);
                }
                theirBroker.terminate(LIMIT);
                for (String nameServer : each) {
                    awaitBrokers(nameServer, true, false);
                }
                ourBroker.terminate(LIMIT);
                for (String nameServer : each) {
                    awaitBrokers(nameServer, false, false);
                }
                assertTrue(oursAgain.isAlive() && theirsAgain.isAlive());
            }
        }
    }

    private ChildProcess ourNameServer(int port) throws Exception {
        return ready(scripts.start(Map.of(), "mqnamesrv", "--set", "listenPort=" + port));
    }

    private ChildProcess start(ProcessBuilder original, String log) throws Exception {
        return ready(ChildProcess.start(original, folder.resolve("original-" + log + ".log")));
    }

    private static ChildProcess ready(ChildProcess started) {
        Awaitility.await().atMost(LIMIT).until(() -> !started.isAlive() || started.output().contains("boot success"));
        assertTrue(started.isAlive(), started.output());
        return started;
    }

    private void sendsToBoth(String nameServer) throws Exception {
        ProcessBuilder command = new JavaCommand(
                ClientModule.classPath("client-4.9.8"), "io.posthorse.interop.client.cluster.SenderMain")
                .options(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                        "-Duser.home=" + folder.resolve("sender")))
                .arguments(nameServer, "Mixed").builder();
        String log = "sender-" + nameServer.replaceAll("\\W", "-") + ".log";
        try (ChildProcess sender = ChildProcess.start(command, folder.resolve(log))) {
            Awaitility.await().atMost(LIMIT).until(() -> List.of(OURS, THEIRS).stream()
                    .allMatch(broker -> sender.output().contains("sent " + broker)));
            assertFalse(sender.output().contains("failed"), sender::tail);
        }
    }

    private void awaitBrokers(String nameServer, boolean ours, boolean theirs) {
        Awaitility.await().atMost(LIMIT).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(200)).until(() -> {
            Outcome list = scripts.run("mqadmin", "clusterList", "-n", nameServer);
            return list.exitCode() == 0 && list.output().contains(" " + OURS + " ") == ours
                    && list.output().contains(" " + THEIRS + " ") == theirs;
        });
    }
}
