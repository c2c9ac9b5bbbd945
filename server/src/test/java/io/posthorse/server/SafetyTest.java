package io.posthorse.server;

import static io.posthorse.server.TestBroker.PULL;
import static io.posthorse.server.TestBroker.SEND_SHORT;
import static io.posthorse.server.TestBroker.heartbeat;
import static io.posthorse.server.TestBroker.pull;
import static io.posthorse.server.TestBroker.shortSend;
import static io.posthorse.server.TestBroker.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.server.config.ConfigException;
import io.posthorse.server.config.ConfigLoader;
import io.posthorse.server.config.ConfigSources;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Attacks on other brokers, tried on this one. The numbers are those of the safety design. */
class SafetyTest {
    @TempDir
    Path directory;

    private TestBroker broker;
    private RawClient client;

    @BeforeEach
    void start() {
        broker = TestBroker.start(directory);
        broker.topic("T", 1);
        client = broker.client();
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    @Test
    void secT01OnlyListedSettingsAreChangedOverTheNetwork() {
        try (RawClient names = new RawClient(broker.server().nameServerPort(), false)) {
            byte[] before = names.ask(319, Map.of()).body();
            byte[] settings = client.ask(26, Map.of()).body();
            for (String attack : new String[] {
                "configStorePath=/tmp/x", "kvConfigPath=/tmp/y", "rocketmqHome=-c $@|sh", "filterServerNums=1",
                "storePathRootDir=/tmp", "tls.server.keyPath=/etc/passwd", "bind=0.0.0.0", "insecure=true",
                "brokerIP1=attacker", "namesrvAddr=attacker:9876", "listenPort=1", "connections.max=1",
                "autoCreateTopicEnable=false\nrocketmqHome=/tmp/x", "maxMessageSize=999999999999",
                "maxMessageSize=$(id)", "\u0000=\u0000", "=", "x".repeat(70_000)
            }) {
                for (RawClient peer : List.of(client, names)) {
                    assertNotEquals(0, peer.ask(25, Map.of(), text(attack)).code(), attack);
                    assertNotEquals(0, peer.ask(318, Map.of(), text(attack)).code(), attack);
                }
            }
            assertArrayEquals(before, names.ask(319, Map.of()).body());
            assertArrayEquals(settings, client.ask(26, Map.of()).body());
            broker.sent("StillCreated", 0, "", "x");
        }
    }

    @Test
    void secT03TheListingOfSettingsContainsNoSecret() {
        String settings = new String(client.ask(26, Map.of()).body());
        assertTrue(settings.contains("storePathRootDir="));
        assertFalse(settings.contains("keyPath"), settings);
    }

    @Test
    void secT02TheDefaultIsThisMachineOnly() throws IOException {
        assertEquals("127.0.0.1", load().listen().bind());
        for (String open : new String[] {"0.0.0.0", "::", "10.1.2.3", "example.org"}) {
            assertThrows(ConfigException.class, () -> load("bind=" + open), open);
        }
        int tried = 0;
        for (NetworkInterface card : NetworkInterface.networkInterfaces().toList()) {
            for (InetAddress address : card.inetAddresses().toList()) {
                if (address instanceof Inet4Address && !address.isLoopbackAddress()) {
                    assertFalse(accepts(address, broker.server().brokerPort()), address + " is open");
                    tried++;
                }
            }
        }
        assertTrue(accepts(InetAddress.getLoopbackAddress(), broker.server().brokerPort()), "tried " + tried);
    }

    private static io.posthorse.server.config.ServerConfig load(String... sets) {
        return ConfigLoader.load(new ConfigSources(null, null, Map.of(), List.of(sets), "host"));
    }

    private static boolean accepts(InetAddress address, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), 2_000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void secT04JsonIsReadWithBounds() {
        for (String body : new String[] {
            "[".repeat(100_000), "{\"a\":".repeat(100_000), "[" + "0,".repeat(300_000) + "0]", "\""
                    + "\\u0061".repeat(9)
        }) {
            for (int code : new int[] {34, 41, 46, 200}) {
                assertEquals(29, client.ask(code, Map.of(), text(body)).code());
            }
        }
        assertThrows(ClassNotFoundException.class, () -> Class.forName("com.alibaba.fastjson.JSON"));
    }

    @Test
    void secT05ClassNamesInFramesStayText() {
        String type = "com.sun.rowset.JdbcRowSetImpl";
        String attack = "{\"@type\":\"" + type + "\",\"dataSourceName\":\"ldap://127.0.0.1/x\",\"autoCommit\":true,";
        String beat = new String(heartbeat("c", "G", "T", "*", 1)).replace("CONSUME_PASSIVELY", type).substring(1);

        assertEquals(0, client.ask(34, Map.of("@type", type), text(attack + beat)).code());

        String connections = new String(client.ask(203, Map.of("consumerGroup", "G")).body());
        assertTrue(connections.contains("\"consumeType\":\"" + type + "\""), connections);
    }

    @Test
    void secT09NoNameFormsAPath() throws IOException {
        for (String name : new String[] {"../../outside", "..", ".", "a/b", "a\\b", "/etc/passwd", "a\u0000b",
                "${jndi:x}"}) {
            assertEquals(29, client.ask(SEND_SHORT, shortSend(name, 0, "")).code(), name);
            assertEquals(26, client.ask(PULL, pull(name, "T", 0, 0, "*", 0)).code(), name);
            assertEquals(29, client.ask(17, Map.of("topic", name)).code(), name);
            assertEquals(29, client.ask(200, Map.of(), text("{\"groupName\":\""
                    + name.replace("\\", "\\\\").replace("\u0000", "\\u0000") + "\"}")).code(), name);
        }
        broker.sent("PathProbe", 0, "KEYS\u0001PathProbe\u0002", "x");
        client.ask(34, Map.of(), heartbeat("PathProbe", "PathProbe", "PathProbe", "*", 1));
        broker.close();
        try (Stream<Path> files = Files.walk(directory)) {
            List<String> names = files.map(f -> directory.relativize(f).toString()).toList();
            assertTrue(names.size() > 2, names::toString);
            assertTrue(names.stream().noneMatch(n -> n.contains("PathProbe") || n.contains("..")), names::toString);
        }
        broker = TestBroker.start(directory);
    }

    @Test
    void secT10AnnouncedLengthsAllocateNothing() {
        // 100 frames of 16 MiB exceed the memory of this test's JVM
        byte[] start = ByteBuffer.allocate(64).putInt(16 << 20).putInt(100).array();
        for (int i = 0; i < 100; i++) {
            broker.client().write(start);
        }
        for (int i = 0; i < 20; i++) {
            broker.sent("T", 0, "", "x".repeat(100_000));
        }
        byte[] batch = ByteBuffer.allocate(22).putInt(22).putInt(16, Integer.MAX_VALUE).array();
        assertEquals(29, client.ask(TestBroker.SEND_BATCH, shortSend("T", 0, ""), batch).code());
        Map<String, String> many = pull("G", "T", 0, 0, "*", 0);
        many.put("maxMsgNums", "2147483647");
        many.put("maxMsgBytes", "9223372036854775807");
        assertEquals(20, Stored.all(client.ask(PULL, many).body()).size());
        assertNotEquals(0, client.ask(17, Map.of("topic", "Wide", "readQueueNums", "2147483647")).code());
    }

    @Test
    void secT22BodiesAreNeverDecompressed() {
        byte[] bomb = new byte[2_000];
        new Random(3).nextBytes(bomb);
        for (int type = 0; type < 4; type++) {
            Map<String, String> fields = shortSend("T", 0, "TAGS\u0001red\u0002");
            fields.put("f", "" + (1 | type << 8));
            assertEquals(0, client.ask(SEND_SHORT, fields, bomb).code());

            Stored stored = broker.read("T", 0, type).getFirst();
            assertArrayEquals(bomb, stored.body());
            assertEquals(1 | type << 8, stored.systemFlag());
        }
    }
}
