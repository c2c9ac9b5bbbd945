package io.posthorse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starts in processes of their own: what they print, in which order, and what is in their logs. */
class StartsTest {
    private static final List<String> FREE =
            List.of("--set", "listenPort=0", "--set", "grpcServerPort=0", "--set", "openwire.port=0");

    @TempDir
    Path directory;

    private final List<Process> started = new ArrayList<>();

    private Path output(int number) {
        return directory.resolve("output-" + number);
    }

    private Process run(List<String> options, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx128m", "-cp",
                System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(Arrays.asList(arguments));
        command.addAll(options);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(output(started.size()).toFile());
        builder.environment().put("HOME", directory.toString());
        builder.environment().keySet().removeAll(List.of("NAMESRV_ADDR", "POSTHORSE_DATA", "POSTHORSE_LOGS"));
        Process process = builder.start();
        started.add(process);
        return process;
    }

    private List<String> lines(Process process) {
        try {
            return Files.readAllLines(output(started.indexOf(process)));
        } catch (IOException e) {
            return List.of();
        }
    }

    private void await(Process process, String words) {
        Awaitility.await().atMost(60, TimeUnit.SECONDS).until(
                () -> !process.isAlive() || lines(process).stream().anyMatch(line -> line.contains(words)));
        assertTrue(lines(process).stream().anyMatch(line -> line.contains(words)), () -> lines(process).toString());
    }

    private static int stop(Process process) throws InterruptedException {
        process.destroy();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        return process.exitValue();
    }

    @AfterEach
    void end() {
        started.forEach(Process::destroyForcibly);
    }

    @Test
    void allBrokersOfAProcessAreNamed() throws Exception {
        Process several = run(FREE, "start", "--data", directory.resolve("data").toString(), "--set", "brokers=3",
                "--set", "nameserver.port=0", "--set", "brokerName=b");
        await(several, "  broker ");
        List<String> lines = lines(several);
        for (String name : List.of("b", "b-1", "b-2")) {
            assertEquals(1, lines.stream().filter(line -> line.startsWith("  broker  ")
                    && line.endsWith("cluster DefaultCluster, broker " + name)).count(), lines.toString());
        }
        assertTrue(lines.stream().anyMatch(line -> line.contains("gRPC") && line.endsWith("messages of broker b only)")),
                lines.toString());
        assertTrue(lines.stream().anyMatch(line -> line.contains("is small for 3 brokers")), lines.toString());
        Process status = run(List.of(), "status");
        assertTrue(status.waitFor(60, TimeUnit.SECONDS));
        for (String name : List.of("b", "b-1", "b-2")) {
            assertTrue(lines(status).stream().anyMatch(line -> line.contains("broker " + name + " 127.0.0.1:")),
                    lines(status).toString());
        }
        stop(several);
    }

    @Test
    void whatIsIgnoredStandsInAListAndWarningsComeLast() throws Exception {
        Path file = directory.resolve("broker.conf");
        Files.writeString(file, """
                brokerName=broker-a
                inSyncReplicas=1
                sendMessageThreadPoolNums=128
                brokerIP1=192.0.2.6
                diskMaxUsedSpaceRatio=98
                """);
        Process broker = run(FREE, "mqbroker", "-c", file.toString(), "-n", "127.0.0.1:1");
        await(broker, "boot success");
        await(broker, "WARNING: ");
        List<String> lines = lines(broker).stream().filter(line -> !line.startsWith("20")).toList();
        assertEquals(List.of(
                "Ignored, since it means nothing here:", "  inSyncReplicas: a SYNC_MASTER waits for one slave, and the"
                        + " majority of a cluster is that of its nodes",
                "  sendMessageThreadPoolNums: there is no thread pool per kind of request"), lines.subList(0, 3));
        assertTrue(lines.get(lines.size() - 3).contains("The broker[broker-a, 192.0.2.6:"), lines.toString());
        List<String> last = lines.subList(lines.size() - 2, lines.size());
        assertTrue(last.stream().allMatch(line -> line.startsWith("WARNING: ")), last.toString());
        assertTrue(
                last.toString().contains("clients are told to connect to 192.0.2.6, but bind=127.0.0.1"), last.toString());
        assertTrue(lines.stream().noneMatch(line -> line.contains("gRPC") || line.contains("JMS")), "neither is served");
    }

    @Test
    void eachBrokerHasALogOfItsOwnWithDateAndZoneUntilTheEnd() throws Exception {
        List<Process> brokers = List.of(
                run(FREE, "mqbroker", "brokerName=log-a", "--data", directory.resolve("a").toString(), "-n", "127.0.0.1:1"),
                run(FREE, "mqbroker", "brokerName=log-b", "--data", directory.resolve("b").toString(), "-n", "127.0.0.1:1"));
        for (Process broker : brokers) {
            await(broker, "boot success");
            await(broker, "The name server 127.0.0.1:1 cannot be reached");
            stop(broker);
        }
        Path logs = directory.resolve("logs").resolve("rocketmqlogs");
        for (String name : List.of("log-a", "log-b")) {
            List<String> log = Files.readAllLines(logs.resolve(name + ".log"));
            assertTrue(log.stream().anyMatch(line -> line.contains("The broker[" + name + ", ")), log.toString());
            assertTrue(log.stream().anyMatch(line -> line.matches(
                    "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}[+-]\\d\\d:\\d\\d WARN "
                            + " protocol.rocketmq.NameServerLink "
                            + "\\[posthorse-owner[-\\d]*] The name server .* cannot be reached.*")), log.toString());
            assertTrue(
                    log.getLast().matches("\\d{4}-.* Posthorse has stopped; everything is on the disk\\."), log.getLast());
        }
        assertTrue(Files.isSymbolicLink(logs.resolve("broker.log")));
    }

    @Test
    void aStartWritesItsLogIntoItsOwnDataDirectoryAndNobodyElses() throws Exception {
        Path theirs = Files.createDirectories(directory.resolve("theirs"));
        Files.createDirectory(theirs.resolve("commitlog"));
        Process refused = run(FREE, "start", "--data", theirs.toString(), "--set", "nameserver.port=0");
        assertTrue(refused.waitFor(60, TimeUnit.SECONDS));
        assertEquals(1, refused.exitValue());
        assertFalse(Files.exists(theirs.resolve("logs")), "nothing is written into it");

        Path data = directory.resolve("data");
        Process broker = run(FREE, "start", "--data", data.toString(), "--set", "nameserver.port=0", "--set", "bind=::1");
        await(broker, "Posthorse is ready");
        await(broker, "  log          " + data.resolve("logs").resolve("server.log"));
        assertTrue(
                lines(broker).stream().anyMatch(line -> line.matches(" {2}JMS +tcp://\\[::1]:\\d+ .*")), "IPv6 in brackets");
        Process second = run(FREE, "start", "--data", data.toString(), "--set", "nameserver.port=0");
        assertTrue(second.waitFor(60, TimeUnit.SECONDS));
        assertTrue(lines(second).getLast().contains("is in use by process " + broker.pid() + "."), lines(second).toString());
        stop(broker);
        List<String> log = Files.readAllLines(data.resolve("logs").resolve("server.log"));
        assertTrue(log.stream().anyMatch(line -> line.contains(" INFO  server.Server [posthorse-owner")
                && line.contains("] The data directory " + data + " was read in ")),
                log.toString());
        assertTrue(log.stream().noneMatch(line -> line.contains("is in use")), "the second process left it alone");
        Process again = run(FREE, "start", "--data", data.toString(), "--set", "nameserver.port=0");
        await(again, "Posthorse is ready");
    }

    @Test
    void aPortThatIsTakenIsTheLastThingThatIsSaid() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Process broker = run(
                    List.of("--set", "listenPort=0"), "start", "--data", directory.resolve("data").toString(), "--set",
                    "nameserver.port=" + other.getLocalPort());
            assertTrue(broker.waitFor(60, TimeUnit.SECONDS));
            assertEquals(1, broker.exitValue());
            String last = lines(broker).getLast();
            assertTrue(last.startsWith("Posthorse did not start. The port 127.0.0.1:" + other.getLocalPort()), last);
            assertTrue(last.contains("--set nameserver.port=PORT"), last);
        }
    }

    @Test
    void accountsOfRocketmq4AreFoundBesideTheFileAndInTheHomes() throws IOException {
        Path file = directory.resolve("broker.conf");
        Path home = Files.createDirectories(directory.resolve("home").resolve("conf"));
        assertEquals(null, Launch.plainAcl(file, null, home.getParent().toString()));
        Files.writeString(home.resolve("plain_acl.yml"), "accounts:\n");
        assertEquals(home.resolve("plain_acl.yml").toString(), Launch.plainAcl(file, null, home.getParent().toString()));
        Files.writeString(directory.resolve("plain_acl.yml"), "accounts:\n");
        assertEquals(directory.resolve("plain_acl.yml").toString(),
                Launch.plainAcl(file, null, home.getParent().toString()));
    }
}
