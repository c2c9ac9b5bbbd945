package io.posthorse.server;

import static io.posthorse.server.RawClient.NO_BODY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** RocketMQ's classic roles: a master, and slaves that follow it. */
class MasterAndSlaveTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private TestBroker master(String name, String... more) {
        return start(name, Stream.concat(Stream.of("brokerRole=ASYNC_MASTER"), Stream.of(more)));
    }

    private TestBroker slave(String name, int ha, String... more) {
        return start(name, Stream.concat(
                Stream.of("brokerRole=SLAVE", "brokerId=1", "haMasterAddress=127.0.0.1:" + ha), Stream.of(more)));
    }

    private TestBroker start(String name, Stream<String> sets) {
        return TestBroker.start(directory.resolve(name), sets.toArray(String[]::new));
    }

    private static int send(TestBroker to, boolean binary, String body) {
        Frame answer = to.client(binary).ask(
                TestBroker.SEND_SHORT, TestBroker.shortSend("T", 0, ""), TestBroker.text(body));
        return answer.code();
    }

    private static List<String> bodies(TestBroker of, long from) {
        List<String> bodies = new ArrayList<>();
        long offset = from;
        long end = of.end("T", 0);
        while (offset < end) {
            List<Stored> some = of.read("T", 0, offset);
            if (some.isEmpty()) {
                break;
            }
            some.forEach(one -> bodies.add(new String(one.body(), StandardCharsets.UTF_8)));
            offset = some.getLast().offset() + 1;
        }
        return bodies;
    }

    private static void awaitSame(TestBroker master, TestBroker slave) {
        Awaitility.await().atMost(LONG).untilAsserted(() -> assertEquals(master.end("T", 0), slave.end("T", 0)));
    }

    private static String haStatus(TestBroker of) {
        return new String(of.client().ask(907, Map.of()).body(), StandardCharsets.UTF_8);
    }

    @Test
    void aSlaveHasEverythingAndServesReadersWithoutItsMaster() {
        TestBroker master = master("m");
        try {
            master.topic("T", 1);
            for (int i = 0; i < 100; i++) {
                master.sent("T", 0, "", "before " + i);
            }
            try (TestBroker slave = slave("s", master.server().haPort())) {
                awaitSame(master, slave);
                for (int i = 0; i < 100; i++) {
                    master.sent("T", 0, "", "after " + i);
                }
                awaitSame(master, slave);
                commit(master, 150);
                List<String> all = bodies(master, 0);
                assertEquals(200, all.size());
                assertEquals(all, bodies(slave, 0));
                Awaitility.await().untilAsserted(() -> assertEquals(150, committed(slave)));
                assertTrue(haStatus(master).contains("\"inSyncSlaveNums\":1"), haStatus(master));
                assertTrue(haStatus(slave).contains("\"isActivated\":true"), haStatus(slave));
                Frame refused = slave.client().ask(
                        TestBroker.SEND_SHORT, TestBroker.shortSend("T", 0, ""), TestBroker.text("x"));
                assertEquals(14, refused.code());
                assertTrue(refused.remark().contains("slave"), refused.remark());
                for (int code : new int[] {15, 17, 36, 37, 200, 215, 200_050}) {
                    assertEquals(14, slave.client().ask(code, Map.of(), TestBroker.text("{}")).code(), "code " + code);
                }
                master.close();
                master = null;
                assertEquals(all, bodies(slave, 0));
                assertEquals(150, committed(slave));
            }
        } finally {
            if (master != null) {
                master.close();
            }
        }
    }

    private static void commit(TestBroker at, long offset) {
        Frame answer = at.client().ask(15, Map.of(
                "consumerGroup", "Readers", "topic", "T", "queueId", "0", "commitOffset", "" + offset));
        assertEquals(0, answer.code(), answer.remark());
    }

    private static long committed(TestBroker at) {
        return at.client().ask(14, Map.of("consumerGroup", "Readers", "topic", "T", "queueId", "0")).number("offset", -1);
    }

    @Test
    void aWaitingPullAtASlaveIsAnsweredWhenTheMastersMessageComes() {
        try (TestBroker master = master("m"); TestBroker slave = slave("s", master.server().haPort())) {
            master.topic("T", 1);
            master.read("T", 0, 0); // creates the group
            Awaitility.await().atMost(LONG).until(() -> slave.end("T", 0) == 0);
            RawClient reader = slave.client();
            Awaitility.await().atMost(LONG).until(() -> reader.ask(
                    TestBroker.PULL, TestBroker.pull("Readers", "T", 0, 0, "*", 0), NO_BODY).code() == 19);
            Thread.ofVirtual().start(() -> master.sent("T", 0, "", "hello"));
            Frame answer = reader.ask(TestBroker.PULL, TestBroker.pull("Readers", "T", 0, 0, "*", 15_000), NO_BODY);
            assertEquals(0, answer.code(), answer.remark());
            assertEquals("hello", new String(Stored.all(answer.body()).getFirst().body(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void aSynchronousMasterWaitsForASlaveAndSaysSoWhereItHasNone() throws IOException {
        try (TestBroker master = start("m", Stream.of("brokerRole=SYNC_MASTER", "slaveTimeout=700"))) {
            master.topic("T", 1);
            assertEquals(11, send(master, false, "none"));
            assertEquals(11, send(master, true, "none"));
            try (TestBroker slave = slave("s", master.server().haPort())) {
                Awaitility.await().atMost(LONG).until(() -> send(master, false, "copied") == 0);
                for (int i = 0; i < 50; i++) {
                    assertEquals(0, send(master, i % 2 == 0, "copied " + i));
                    assertEquals(master.end("T", 0), slave.end("T", 0), "it is there when the answer comes");
                }
                List<String> all = bodies(master, 0);
                Awaitility.await().atMost(LONG).untilAsserted(() -> assertEquals(all, bodies(slave, 0)));
            }
            Awaitility.await().atMost(LONG).until(() -> send(master, false, "none again") == 11);
        }
    }

    @Test
    void aSlaveThatIsSilentCostsASynchronousMasterItsTimeoutOnly() throws IOException {
        try (TestBroker master = start("m", Stream.of("brokerRole=SYNC_MASTER", "slaveTimeout=300"));
                StalledSlave slave = new StalledSlave(master.server().haPort())) {
            master.topic("T", 1);
            slave.follow();
            Awaitility.await().atMost(LONG).until(() -> send(master, false, "late") == 12);
            assertEquals(12, send(master, true, "late"));
            assertEquals(bodies(master, 0).size(), master.end("T", 0), "all of them are stored");
        }
    }

    @Test
    void aMasterThatStopsWaitsForItsSlavesForAWhile() throws IOException {
        TestBroker master = master("m");
        try (StalledSlave slave = new StalledSlave(master.server().haPort())) {
            master.topic("T", 1);
            slave.follow();
            Awaitility.await().atMost(LONG).until(() -> haStatus(master).contains("stalled:1"));
            master.sent("T", 0, "", "x");
            long began = System.nanoTime();
            master.close();
            long seconds = (System.nanoTime() - began) / 1_000_000_000;
            assertTrue(seconds >= 2 && seconds < 15, seconds + " s");
        }
    }

    @Test
    void aSlaveTakesSegmentsOfItsMastersSizes() {
        try (TestBroker master = master("m", "mappedFileSizeCommitLog=1048576")) {
            fill(master, "first");
        }
        try (TestBroker master = master("m", "mappedFileSizeCommitLog=4194304")) {
            try (TestBroker slave = slave("s", master.server().haPort())) {
                fill(master, "second");
                awaitSame(master, slave);
                List<String> all = bodies(master, 0);
                Awaitility.await().atMost(LONG).untilAsserted(() -> assertEquals(all, bodies(slave, 0)));
            }
            try (TestBroker again = slave("s", master.server().haPort())) {
                fill(master, "third");
                awaitSame(master, again);
            }
        }
    }

    /** Sends some megabytes. */
    private static void fill(TestBroker to, String what) {
        to.topic("T", 1);
        for (int i = 0; i < 50; i++) {
            to.sent("T", 0, "", what + i + "x".repeat(60_000));
        }
    }

    @Test
    void copiesThatSlavesWereFetchingAreGivenUpWhenTheyAreGone() throws IOException {
        try (TestBroker master = master("m")) {
            master.topic("T", 1);
            for (int i = 0; i < 6; i++) { // more than may fetch at a time
                try (StalledSlave slave = new StalledSlave(master.server().haPort())) {
                    slave.follow();
                    slave.socket.setSoTimeout(10_000);
                    Awaitility.await().atMost(LONG).until(() -> {
                        slave.socket.getOutputStream().write(SlaveFrames.openCopy());
                        return SlaveFrames.isGranted(slave.socket.getInputStream());
                    });
                }
            }
        }
    }

    @Test
    void connectionsThatDoNotSayWhoTheyAreKeepNoSlaveOut() throws IOException {
        List<Socket> silent = new ArrayList<>();
        try (TestBroker master = master("m")) {
            for (int i = 0; i < 40; i++) {
                Socket one = new Socket(InetAddress.getLoopbackAddress(), master.server().haPort());
                one.setSoTimeout(4_000); // less than the time after which the silent ones end
                silent.add(one);
            }
            assertEquals(-1, silent.getFirst().getInputStream().read(), "the oldest gives way");
            try (StalledSlave slave = new StalledSlave(master.server().haPort())) {
                slave.socket.setSoTimeout(4_000);
                slave.follow();
                for (int i = 0; i < 40; i++) {
                    Socket one = new Socket(InetAddress.getLoopbackAddress(), master.server().haPort());
                    silent.add(one);
                }
                Awaitility.await().atMost(LONG).until(() -> SlaveFrames.read(slave.socket.getInputStream()) == 8);
                assertTrue(haStatus(master).contains("\"addr\":\"stalled:1\""), "who has said it stays");
            }
        } finally {
            for (Socket one : silent) {
                one.close();
            }
        }
    }

    /** A slave that says hello and then takes nothing. */
    private static final class StalledSlave implements AutoCloseable {
        private final Socket socket;

        StalledSlave(int port) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
        }

        void follow() throws IOException {
            socket.getOutputStream().write(SlaveFrames.preface());
            SlaveFrames.read(socket.getInputStream());
            socket.getOutputStream().write(SlaveFrames.hello("DefaultCluster", TestBroker.NAME, 1, 16_777_216));
            SlaveFrames.read(socket.getInputStream());
            socket.getOutputStream().write(SlaveFrames.ack(0, 0));
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Test
    void aSlaveIsPromotedAndTheOldMastersTailIsSetAside() throws IOException {
        int ha;
        try (TestBroker master = master("one")) {
            ha = master.server().haPort();
            master.topic("T", 1);
            master.sent("T", 0, "", "common");
            try (TestBroker slave = slave("two", ha)) {
                awaitSame(master, slave);
            }
            master.sent("T", 0, "", "lost 1");
            master.sent("T", 0, "", "lost 2");
        }
        try (TestBroker promoted = master("two")) {
            promoted.sent("T", 0, "", "new");
            assertEquals(List.of("common", "new"), bodies(promoted, 0));
            assertTrue(promoted.read("T", 0, 1).getFirst().offset() > 2, "no offset is given out twice");
            try (TestBroker old = slave("one", promoted.server().haPort())) {
                Awaitility.await().atMost(LONG).ignoreExceptions().untilAsserted( // its ports close for a while
                        () -> assertEquals(List.of("common", "new"), bodies(old, 0)));
                promoted.sent("T", 0, "", "newer");
                awaitSame(promoted, old);
            }
        }
        try (Stream<Path> files = Files.list(directory.resolve("one"))) {
            List<Path> aside = files.filter(file -> file.getFileName().toString().startsWith("quarantine-")).toList();
            assertEquals(1, aside.size());
            String text = Files.readString(aside.getFirst(), StandardCharsets.ISO_8859_1);
            assertTrue(text.contains("lost 1") && text.contains("lost 2") && !text.contains("common"));
        }
        assertTrue(Files.readString(Path.of("target/trace.log"), StandardCharsets.ISO_8859_1).lines()
                .anyMatch(line -> line.contains("differs from its master's") && line.contains("2 of them messages")));
    }

    @Test
    void aMasterThatRestartsIsFollowedFromWhereItWas() {
        TestBroker master = master("m");
        int ha = master.server().haPort();
        master.topic("T", 1);
        master.sent("T", 0, "", "one");
        try (TestBroker slave = slave("s", ha)) {
            awaitSame(master, slave);
            master.close();
            try (TestBroker again = master("m", "haListenPort=" + ha)) {
                again.sent("T", 0, "", "two");
                awaitSame(again, slave);
                assertEquals(List.of("one", "two"), bodies(again, 0)); // creates the group
                Awaitility.await().atMost(LONG).untilAsserted(
                        () -> assertEquals(List.of("one", "two"), bodies(slave, 0)));
            }
        }
    }

    @Test
    void aRocketMqSlaveIsRefusedWithASentence() throws IOException {
        try (TestBroker master = master("m")) {
            try (Socket foreign = new Socket(InetAddress.getLoopbackAddress(), master.server().haPort())) {
                foreign.setSoTimeout(10_000);
                foreign.getOutputStream().write(ByteBuffer.allocate(8).putLong(1_234_567).array());
                assertEquals(-1, foreign.getInputStream().read());
            }
            master.topic("T", 1);
            assertEquals(0, send(master, false, "goes on"));
        }
        assertTrue(Files.readString(Path.of("target/trace.log"), StandardCharsets.ISO_8859_1).lines()
                .anyMatch(line -> line.contains("slave of a RocketMQ broker, which reports the offset 1234567")));
    }

    @Test
    void slavesFindTheirMasterThroughTheNameServer() {
        try (TestBroker home = TestBroker.start(directory.resolve("home"), "brokerName=home")) {
            String names = "namesrvAddr=127.0.0.1:" + home.server().nameServerPort();
            try (TestBroker master = master("m", names, "nameserver.enabled=false");
                    TestBroker slave = start("s", Stream.of(
                            "brokerRole=SLAVE", "brokerId=1", names, "nameserver.enabled=false"))) {
                master.topic("T", 1);
                master.sent("T", 0, "", "x");
                Awaitility.await().atMost(Duration.ofSeconds(50)).untilAsserted(() -> assertEquals(1, slave.end("T", 0)));
                String route = new String(home.client().ask(105, Map.of("topic", "T")).body(), StandardCharsets.UTF_8);
                assertTrue(route.contains(":" + master.server().brokerPort()), route);
                assertTrue(route.contains(":" + slave.server().brokerPort()), route);
            }
        }
    }

    @Test
    void withAccessControlASlaveHasToKnowTheSecret() {
        String inner = "innerClientAuthenticationCredentials={\"accessKey\":\"in\",\"secretKey\":\"secret1\"}";
        try (TestBroker master = master("m", "auth.enabled=true", inner)) {
            int ha = master.server().haPort();
            try (TestBroker stranger = slave("x", ha); TestBroker slave = slave("s", ha, inner)) {
                Awaitility.await().atMost(LONG).until(() -> haStatus(slave).contains("\"isActivated\":true"));
                assertTrue(haStatus(stranger).contains("\"isActivated\":false"));
            }
        }
    }
}
