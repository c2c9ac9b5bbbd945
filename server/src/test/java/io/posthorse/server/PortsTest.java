package io.posthorse.server;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.server.config.ConfigLoader;
import io.posthorse.server.config.ConfigSources;
import io.posthorse.server.config.ConfigSources.Role;
import io.posthorse.server.config.ServerConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ports that cannot be opened, which name the setting to change, and clients on a wrong port, which are told the right one.
 */
class PortsTest {
    private static final int WAIT_MS = 15_000;

    @TempDir
    Path directory;

    private ServerConfig config(Role role, String... sets) {
        List<String> all = new ArrayList<>(List.of("storePathRootDir=" + directory.resolve("data")));
        if (role == Role.BROKER) {
            all.addAll(List.of("listenPort=0", "nameserver.port=0", "grpcServerPort=0", "openwire.port=0"));
        }
        all.addAll(List.of(sets));
        return ConfigLoader.load(new ConfigSources(role, List.of(), null, null, Map.of(), all, "host"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"listenPort", "nameserver.port", "grpcServerPort", "openwire.port"})
    void aPortInUseNamesItsKey(String key) throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            int port = other.getLocalPort();
            IOException refusal = assertThrows(IOException.class, () -> Server.start(config(Role.BROKER, key + "=" + port)));
            assertTrue(refusal.getMessage().contains("The port 127.0.0.1:" + port + " for "), refusal.getMessage());
            assertTrue(refusal.getMessage().contains("another process listens there"), refusal.getMessage());
            assertTrue(refusal.getMessage().contains("--set " + key + "=PORT"), refusal.getMessage());
        }
    }

    @Test
    void theSecondPortNamesTheKeyOfTheFirst() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            int port = other.getLocalPort() + 2;
            IOException refusal = assertThrows(
                    IOException.class, () -> Server.start(config(Role.BROKER, "listenPort=" + port)));
            assertTrue(refusal.getMessage().contains("vip.enabled=false"), refusal.getMessage());
        }
    }

    @Test
    void aNameServerNamesItsPortAsItsFileDoes() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            ServerConfig config = config(Role.NAME_SERVER, "listenPort=" + other.getLocalPort());
            IOException refusal = assertThrows(IOException.class, () -> NameServerProcess.start(config));
            assertTrue(refusal.getMessage().contains("--set listenPort=PORT"), refusal.getMessage());
        }
    }

    @Test
    void anAddressOfAnotherMachineNamesBind() {
        IOException refusal = assertThrows(
                IOException.class, () -> Server.start(config(Role.BROKER, "bind=192.0.2.7", "insecure=true")));
        assertTrue(
                refusal.getMessage().contains("192.0.2.7 is not an address of this machine. Set bind"),
                refusal.getMessage());
        IOException unknown = assertThrows(
                IOException.class, () -> Server.start(config(Role.BROKER, "bind=nowhere.invalid", "insecure=true")));
        assertTrue(unknown.getMessage().contains("nowhere.invalid cannot be looked up. Set bind"), unknown.getMessage());
    }

    /** The default port of JMS or gRPC is left to its present owner; the server reports that it does without. */
    @Test
    void announcedPortsAreOpenWhenTheStartReturns() throws IOException {
        try (TestBroker broker = TestBroker.start(directory.resolve("data"))) {
            for (int port : new int[] {broker.server().brokerPort(), broker.server().nameServerPort(),
                    broker.server().openwirePort(), broker.server().grpcPort()}) {
                new Socket("127.0.0.1", port).close();
            }
            broker.server().awaitGrpc();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "broker | PRI * HTTP/2.0\\r\\n | gRPC clients connect to port {grpc}",
        "nameserver | AMQP\\0\\1\\0\\0 | Posthorse speaks RocketMQ's protocols and ActiveMQ's OpenWire",
        "broker | \\0\\0\\1\\x24\\1ActiveMQ | JMS clients connect to port {jms}",
        "broker | \\x16\\3\\1\\2\\0 | set tls.server.certPath",
        "broker | PROXY TCP4 10.0.0.1 | without that header",
        "jms | \\0\\0\\0\\x60\\0\\0\\0\\x40{\"code\":105 | connect to the name server, port {nameserver}",
        "jms | GET / HTTP/1.1\\r\\n\\r\\n | ask with mqadmin",
        "grpc | \\0\\0\\0\\x60\\0\\0\\0\\x40{\"code\":105 | connect to the name server, port {nameserver}",
        "grpc | GET / HTTP/1.1\\r\\n\\r\\n | ask with mqadmin",
    })
    void clientsOnAWrongPortAreToldTheRightOne(String port, String begin, String advice) throws IOException {
        try (TestBroker broker = TestBroker.start(directory.resolve("data"))) {
            Map<String, Integer> ports = Map.of(
                    "broker", broker.server().brokerPort(), "nameserver", broker.server().nameServerPort(),
                    "jms", broker.server().openwirePort(), "grpc", broker.server().grpcPort());
            String wanted = advice;
            for (Map.Entry<String, Integer> one : ports.entrySet()) {
                wanted = wanted.replace("{" + one.getKey() + "}", "" + one.getValue());
            }
            try (Socket stray = new Socket("127.0.0.1", ports.get(port))) {
                stray.setSoTimeout(WAIT_MS);
                stray.getOutputStream().write(unescaped(begin));
                String answer = new String(stray.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertEquals(begin.startsWith("GET"), answer.startsWith("HTTP/1.1 400 Bad Request\r\n"), answer);
                assertEquals(begin.startsWith("GET"), answer.contains(wanted), answer);
                String from = ":" + stray.getLocalPort() + " to port " + ports.get(port) + " is closed";
                String line = wanted;
                await().untilAsserted(() -> assertTrue(
                        trace().lines().anyMatch(each -> each.contains(from) && each.contains(line)), line));
            }
        }
    }

    @Test
    void unencryptedClientsAreToldToEncrypt() throws Exception {
        new Certificates(directory).make("server");
        try (TestBroker broker = TestBroker.start(
                directory.resolve("data"), "tls.server.mode=ENFORCING",
                "tls.server.certPath=" + directory.resolve("server.pem"),
                "tls.server.keyPath=" + directory.resolve("server.key"))) {
            for (int port : new int[] {broker.server().brokerPort(), broker.server().openwirePort()}) {
                try (Socket plain = new Socket("127.0.0.1", port)) {
                    plain.setSoTimeout(WAIT_MS);
                    plain.getOutputStream().write(unescaped(port == broker.server().brokerPort()
                            ? "\\0\\0\\0\\x60\\0\\0\\0\\x40{\"code\":105" : "\\0\\0\\1\\x24\\1ActiveMQ\\0"));
                    assertEquals(-1, plain.getInputStream().read());
                    String from = ":" + plain.getLocalPort() + " to port " + port + " is closed";
                    await().untilAsserted(() -> assertTrue(trace().lines().anyMatch(each -> each.contains(from)
                            && each.contains("unencrypted. Connections must be encrypted here")), from));
                }
            }
        }
    }

    private static String trace() throws IOException {
        return Files.readString(Path.of("target/trace.log"), StandardCharsets.ISO_8859_1);
    }

    private static byte[] unescaped(String text) {
        StringBuilder bytes = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\\') {
                bytes.append(c);
                continue;
            }
            i++;
            switch (text.charAt(i)) {
                case 'r' -> bytes.append('\r');
                case 'n' -> bytes.append('\n');
                case 'x' -> {
                    bytes.append((char) Integer.parseInt(text, i + 1, i + 3, 16));
                    i += 2;
                }
                default -> bytes.append((char) (text.charAt(i) - '0'));
            }
        }
        return bytes.toString().getBytes(StandardCharsets.ISO_8859_1);
    }
}
