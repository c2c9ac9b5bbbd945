package io.posthorse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.FrameCodec;
import io.posthorse.codec.rocketmq.JsonReader;
import io.posthorse.codec.rocketmq.JsonValue;
import io.posthorse.server.Server;
import io.posthorse.server.config.ConfigLoader;
import io.posthorse.server.config.ConfigSources;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commands {@code posthorse delayed} and {@code posthorse transactions} with a running server: tables, JSON, exit
 * codes.
 */
class WaitingCommandsTest {
    private static final int SEND = 310;
    private static final String SECRET = "secret-of-root";

    @TempDir
    Path directory;

    private Server server;

    private void start(String... sets) throws IOException {
        List<String> all = new ArrayList<>(List.of(
                "listenPort=0", "nameserver.port=0", "grpc.enabled=false",
                "openwire.enabled=false", "storePathRootDir=" + directory.resolve("data"),
                "mappedFileSizeCommitLog=16777216", "defaultTopicQueueNums=1"));
        all.addAll(List.of(sets));
        server = Server.start(ConfigLoader.load(new ConfigSources(null, null, Map.of(), all, "host")));
    }

    @AfterEach
    void stop() throws IOException {
        if (server != null) {
            server.close();
        }
    }

    private String address() {
        return "127.0.0.1:" + server.brokerPort();
    }

    private Console run(String command, String... more) {
        List<String> arguments = new ArrayList<>(List.of(command.split(" ")));
        arguments.addAll(List.of("--broker", address()));
        arguments.addAll(List.of(more));
        return Console.run(arguments.toArray(String[]::new));
    }

    private RemoteBroker client(String user) throws IOException {
        Socket socket = new Socket("127.0.0.1", server.brokerPort());
        return new RemoteBroker("the broker", socket, user, SECRET.getBytes(StandardCharsets.UTF_8));
    }

    private void send(String user, String topic, String properties, int systemFlag) throws Exception {
        Map<String, String> fields = new HashMap<>(Map.of(
                "a", "Producers", "b", topic, "c", "TBW102", "d", "1", "e", "0", "f", "" + systemFlag,
                "g", "1700000000000", "h", "0", "i", properties, "j", "0"));
        fields.put("k", "false");
        fields.put("m", "false");
        try (RemoteBroker client = client(user)) {
            client.ask(SEND, fields, new byte[1]);
        }
    }

    private void sendAt(String topic, String keys, long due) throws Exception {
        send(null, topic, "UNIQ_KEY\u0001U-1\u0002KEYS\u0001" + keys + "\u0002TIMER_DELIVER_MS\u0001" + due + "\u0002", 0);
    }

    @Test
    void delayedMessagesAreListedCancelledAndRunNow() throws Exception {
        start();
        long now = System.currentTimeMillis();
        sendAt("unpaid", "order-2", now + 7_200_000);
        sendAt("unpaid", "order-1", now + 3_600_000);
        sendAt("else", "\u001b[31mred", now + 9_000_000);
        Console list = run("delayed list");
        assertEquals(0, list.exitCode(), list.err());
        assertEquals(5, list.lines().size(), list.out());
        assertTrue(list.lines().get(0).matches("ID +DUE +TOPIC +QUEUE +KEYS +TAGS +BYTES +MESSAGE ID"), list.out());
        String due = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS").withZone(ZoneId.systemDefault())
                .format(Instant.ofEpochMilli(now + 3_600_000));
        assertEquals("1   " + due + "  unpaid  0      order-1   -     1      U-1", list.lines().get(1));
        assertTrue(list.lines().get(2).contains("order-2"), list.out());
        assertTrue(list.lines().get(3).contains("?[31mred"), "no control characters: " + list.out());
        assertEquals("3 shown of 3 that wait for their delivery time.", list.lines().get(4));

        assertEquals(List.of("0", "2"), ids(run("delayed list", "--after", "+90m", "--json")));
        assertEquals(List.of("1"), ids(run("delayed list", "--before", "" + (now + 3_600_001), "--json")));
        assertEquals(List.of("2"), ids(run("delayed list", "--topic", "else", "--json")));
        Console part = run("delayed list", "--limit", "1");
        assertTrue(part.lines().getLast().startsWith("1 shown of 3 "), part.out());
        assertTrue(part.out().contains("There may be more"), part.out());
        assertTrue(JsonReader.read(run("delayed list", "--limit", "1", "--json").out().getBytes()).asObject()
                .bool("more", false));

        Console cancel = run("delayed cancel", "1", "77", "1");
        assertEquals(1, cancel.exitCode());
        assertEquals(List.of("Cancelled message 1 of topic unpaid."), cancel.lines());
        assertTrue(cancel.err().contains("ever had the id 77"), cancel.err());
        assertTrue(cancel.err().contains("message 1 no longer waits"), cancel.err());
        assertEquals(1, run("delayed cancel", "--topic", "else", "0").exitCode());
        Console delivered = run("delayed run-now", "0", "--topic", "unpaid");
        assertEquals(0, delivered.exitCode(), delivered.err());
        assertEquals(List.of("Delivered message 0 of topic unpaid."), delivered.lines());
        try (RemoteBroker client = client(null)) {
            assertEquals(
                    "1", client.ask(30, Map.of("topic", "unpaid", "queueId", "0")).field("offset"), "it is delivered");
        }
        assertEquals(List.of("2"), ids(run("delayed list", "--json")));
    }

    private static List<String> ids(Console json) {
        assertEquals(0, json.exitCode(), json.err());
        JsonValue.Obj list = JsonReader.read(json.out().getBytes(StandardCharsets.UTF_8)).asObject();
        assertTrue(list.number("waiting", -1) >= 0);
        return list.array("messages").stream().map(m -> m.asObject().text("id", null)).toList();
    }

    @Test
    void longListsAreFetchedPageByPage() throws Exception {
        start();
        for (int i = 0; i < 1_003; i++) {
            sendAt("T", "k" + i, System.currentTimeMillis() + 3_600_000);
        }
        assertEquals(1_003, ids(run("delayed list", "--limit", "5000", "--json")).stream().distinct().count());
        assertEquals(1_002, ids(run("delayed list", "--limit", "1002", "--json")).size());
    }

    @Test
    void messagesAtADelayLevelAreListedButCannotBeCancelled() throws Exception {
        start();
        send(null, "T", "UNIQ_KEY\u0001U-1\u0002KEYS\u0001retry-me\u0002DELAY\u00015\u0002", 0);
        sendAt("T", "timed", System.currentTimeMillis() + 3_600_000);
        Console list = run("delayed list", "--levels");
        assertEquals(0, list.exitCode(), list.err());
        assertTrue(list.lines().get(1).matches("L5\\.0 +\\d{4}-.* T +0 +retry-me .*"), list.out());
        assertEquals("1 shown of 1 that wait at a delay level.", list.lines().getLast());
        Console cancel = run("delayed cancel", "L5.0");
        assertEquals(1, cancel.exitCode());
        assertTrue(cancel.err().contains("message L5.0 waits at a delay level"), cancel.err());
        assertEquals(List.of("L5.0"), ids(run("delayed list", "--levels", "--json")));
    }

    @Test
    void undecidedTransactionsAreListedButCannotBeDropped() throws Exception {
        start();
        send(null, "T", "UNIQ_KEY\u0001U-1\u0002KEYS\u0001order"
                + "\u0002TRAN_MSG\u0001true\u0002PGROUP\u0001Producers\u0002", 4);
        Console list = run("transactions list", "--undecided");
        assertEquals(0, list.exitCode(), list.err());
        assertTrue(list.lines().get(0).matches("ID +PREPARED +TOPIC +PRODUCER GROUP +ASKED +QUEUE .*"), list.out());
        assertTrue(list.lines().get(1).matches("U0 .* T +Producers +0 +0 +order .*"), list.out());
        assertEquals("1 shown of 1 that are undecided.", list.lines().getLast());
        Console drop = run("transactions drop", "U0");
        assertEquals(1, drop.exitCode());
        assertTrue(drop.err().contains("message U0 is undecided"), drop.err());
        assertTrue(run("transactions list").out().contains("0 shown of 0 that were set aside."));
    }

    @Test
    void transactionsAreListedResumedAndDropped() throws Exception {
        start("transactionTimeOut=100", "transactionCheckInterval=100", "transactionCheckMax=1");
        try (Socket producer = new Socket("127.0.0.1", server.brokerPort())) {
            byte[] heartbeat = "{\"clientID\":\"c\",\"producerDataSet\":[{\"groupName\":\"Producers\"}]}".getBytes();
            producer.getOutputStream().write(FrameCodec.encode(
                    new Frame(34, Frame.JAVA, Frame.VERSION, 1, 0, null, Map.of(), heartbeat, false)));
            prepareAndAbandon();
        }
    }

    private void prepareAndAbandon() throws Exception {
        for (String key : new String[] {"K1", "K2"}) {
            send(null, "T", "UNIQ_KEY\u0001" + key + "\u0002KEYS\u0001" + key + "\u0002TRAN_MSG\u0001true"
                    + "\u0002PGROUP\u0001Producers\u0002CHECK_IMMUNITY_TIME_IN_SECONDS\u00010\u0002", 4);
        }
        Awaitility.await().until(() -> ids(run("transactions list", "--json")).size() == 2);
        Console list = run("transactions list");
        assertTrue(list.lines().get(0).matches(
                "ID +SET ASIDE +TOPIC +PRODUCER GROUP +QUEUE +KEYS +TAGS +BYTES +MESSAGE ID"), list.out());
        assertTrue(list.lines().get(1).matches("0   20\\S+ \\S+ +T +Producers +0 +K1 +- +1 +K1"), list.out());
        assertEquals("2 shown of 2 that were set aside.", list.lines().getLast());
        assertEquals(List.of("Dropped message 0 of topic T."), run("transactions drop", "0").lines());
        assertEquals(List.of("1"), ids(run("transactions list", "--json")));
        assertEquals(List.of("Resumed message 1 of topic T."), run("transactions resume", "1").lines());
        Console again = run("transactions resume", "1");
        assertEquals(1, again.exitCode());
        assertTrue(again.err().contains("is no longer set aside"), again.err());
        // its producer is asked again and does not answer again, so it is set aside again
        Awaitility.await().until(() -> ids(run("transactions list", "--json")).equals(List.of("2")));
        assertEquals(List.of(), ids(run("transactions list", "--topic", "other", "--json")));
    }

    @Test
    void withAccessControlTheRequestIsSigned() throws Exception {
        start("auth.enabled=true", "initAuthenticationUser={\"username\":\"root\",\"password\":\"" + SECRET + "\"}");
        send("root", "T", "UNIQ_KEY\u0001U\u0002TIMER_DELAY_SEC\u000190\u0002", 0);
        Console unsigned = run("delayed list");
        assertEquals(1, unsigned.exitCode());
        assertTrue(unsigned.err().contains("not signed") && unsigned.err().contains("--access-key"), unsigned.err());
        Path file = Files.writeString(directory.resolve("secret"), SECRET + "\n");
        String[] user = {"--access-key", "root", "--secret-file", file.toString()};
        assertTrue(run("delayed list", user).out().contains("1 shown of 1"));
        Console wrong = run("delayed list", "--access-key", "nobody", "--secret-file", file.toString());
        assertEquals(1, wrong.exitCode());
        assertFalse((wrong.out() + wrong.err()).contains(SECRET));
        Console none = run("delayed list", "--access-key", "root");
        assertEquals(2, none.exitCode());
        assertTrue(none.err().contains(RemoteOptions.SECRET_VARIABLE), none.err());
        assertEquals(2, run("delayed list", "--access-key", "root", "--secret-file", "/no/such/file").exitCode());
    }

    @Test
    void wrongUsageIsReportedBeforeAnyRequest() throws Exception {
        assertEquals(2, Console.run("delayed").exitCode());
        assertEquals(2, Console.run("delayed", "cancel").exitCode());
        assertEquals(2, Console.run("transactions", "drop", "first").exitCode());
        assertEquals(2, Console.run("delayed", "list", "--secret-key", "x").exitCode(), "secrets cannot be options");
        Console time = Console.run("delayed", "list", "--after", "tomorrow");
        assertEquals(2, time.exitCode());
        assertTrue(time.err().contains("'tomorrow' is not a time"), time.err());
        for (String address : new String[] {"nowhere", "host:", "host:99999", ":10911"}) {
            Console wrong = Console.run("transactions", "list", "--broker", address);
            assertEquals(2, wrong.exitCode(), address);
            assertTrue(wrong.err().contains("Write host:port"), wrong.err());
        }
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        Console unreachable = Console.run("delayed", "list", "--broker", "127.0.0.1:" + free);
        assertEquals(1, unreachable.exitCode());
        assertTrue(unreachable.err().contains("No broker was reached"), unreachable.err());
        assertTrue(unreachable.err().contains("Nothing was changed"), unreachable.err());
        start();
        assertEquals(2, run("delayed list", "--limit", "0").exitCode());
    }

    @Test
    void aMissingAnswerIsAFailure() throws Exception {
        try (ServerSocket closes = new ServerSocket(0)) {
            Thread.ofPlatform().start(() -> {
                try (Socket accepted = closes.accept()) {
                    accepted.getInputStream().read();
                } catch (IOException e) {
                    // the command fails in either case
                }
            });
            Console lost = Console.run("delayed", "cancel", "1", "2", "--broker", "127.0.0.1:" + closes.getLocalPort());
            assertEquals(1, lost.exitCode());
            assertTrue(lost.err().contains("It is unknown whether the broker carried out the request"), lost.err());
            assertEquals(1, lost.err().lines().count(), lost.err());
        }
    }

    @Test
    void aTrustedCertificateAllowsEncryption() throws Exception {
        Path certificate = certificate();
        start("tls.server.mode=ENFORCING", "tls.server.certPath=" + certificate,
                "tls.server.keyPath=" + directory.resolve("own.key"));
        Console good = run("delayed list", "--tls-trust", certificate.toString());
        assertEquals(0, good.exitCode(), good.err());
        Console untrusted = run("delayed list", "--tls");
        assertEquals(1, untrusted.exitCode());
        assertTrue(untrusted.err().contains("--tls-trust"), untrusted.err());
        Console plain = run("delayed list");
        assertEquals(1, plain.exitCode());
        assertTrue(plain.err().contains("--tls"), plain.err());
        assertEquals(2, run("delayed list", "--tls-trust", directory.resolve("own.key").toString()).exitCode());
        assertEquals(1, Console.run("delayed", "list", "--broker", "localhost:" + server.brokerPort(), "--tls-trust",
                certificate.toString()).exitCode(), "a certificate for another name");
    }

    /** Creates own.pem and own.key, for 127.0.0.1. */
    private Path certificate() throws Exception {
        Path store = directory.resolve("own.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-alias",
                        "own", "-keyalg", "EC", "-dname", "CN=own", "-ext", "san=ip:127.0.0.1", "-keystore",
                        store.toString(), "-storetype", "PKCS12", "-storepass", "changeit")
                .redirectErrorStream(true).redirectOutput(directory.resolve("keytool.log").toFile()).start();
        assertEquals(0, keytool.waitFor());
        char[] password = "changeit".toCharArray();
        KeyStore keys = KeyStore.getInstance(store.toFile(), password);
        pem("own.key", "PRIVATE KEY", keys.getKey("own", password).getEncoded());
        return pem("own.pem", "CERTIFICATE", keys.getCertificate("own").getEncoded());
    }

    private Path pem(String file, String kind, byte[] der) throws IOException {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return Files.writeString(
                directory.resolve(file), "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n");
    }
}
