package io.posthorse.interop.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.posthorse.interop.harness.BrokerProcess;
import io.posthorse.interop.harness.ChildProcess;
import io.posthorse.interop.harness.JavaCommand;
import io.posthorse.interop.harness.Scripts;
import io.posthorse.interop.harness.Scripts.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Three masters in their own processes, and a gRPC client with the address of one. */
class GrpcClusterIT {
    private static final Duration LIMIT = Duration.ofSeconds(120);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    private BrokerProcess broker(String name, String nameServer) throws Exception {
        return BrokerProcess.startPosthorse(
                folder.resolve(name), "128m", Map.of("brokerName", name, "namesrvAddr", nameServer));
    }

    @Test
    void aClientSendsToReadsFromAndRecallsFromAllMasters() throws Exception {
        assumeFalse(ClientRun.OF_ROCKETMQ, "the original takes gRPC in another process");
        Scripts scripts = new Scripts(folder);
        try (BrokerProcess home = BrokerProcess.startPosthorse(
                        folder.resolve("home"), "128m", Map.of("brokerName", "home"));
                BrokerProcess second = broker("second", home.nameServer());
                BrokerProcess third = broker("third", home.nameServer())) {
            Awaitility.await().atMost(LIMIT).until(() -> {
                String list = scripts.run("mqadmin", "clusterList", "-n", home.nameServer()).output();
                return list.contains("home") && list.contains("second") && list.contains("third");
            });
            Outcome made = scripts.run(
                    "mqadmin", "updateTopic", "-n", home.nameServer(), "-c", "DefaultCluster", "-t", "Work");
            assertEquals(0, made.exitCode(), made.output());
            String output = client(third.endpoints());
            assertTrue(output.contains("done"), output);
            Outcome status = scripts.run("mqadmin", "topicStatus", "-n", home.nameServer(), "-t", "Work");
            for (String name : List.of("home", "second", "third")) {
                assertTrue(status.output().lines().anyMatch(line -> line.startsWith(name) && has(line)), status.output());
            }
        }
    }

    private String client(String endpoints) throws Exception {
        JavaCommand command = new JavaCommand(
                ClientModule.classPath("grpc-5.2.0"), "io.posthorse.interop.grpc.ClusterMain")
                .options(List.of(
                        "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                        "-Duser.home=" + folder.resolve("client")))
                .arguments(endpoints, "Work");
        try (ChildProcess child = ChildProcess.start(command.builder(), folder.resolve("client.log"))) {
            child.await(LIMIT);
            return child.output();
        }
    }

    /** Matches broker name, queue, least offset, next offset and time. */
    private static boolean has(String line) {
        String[] columns = line.trim().split(" +");
        return Long.parseLong(columns[3]) > Long.parseLong(columns[2]);
    }
}
