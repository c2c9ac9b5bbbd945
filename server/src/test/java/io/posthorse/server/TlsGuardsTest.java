package io.posthorse.server;

import static io.posthorse.server.TlsProbe.end;
import static io.posthorse.server.TlsProbe.open;
import static io.posthorse.server.TlsProbe.serves;
import static io.posthorse.server.TlsProbe.shakesHands;
import static io.posthorse.server.TlsProbe.start;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.server.config.ConfigLoader;
import io.posthorse.server.config.ConfigSources;
import io.posthorse.server.config.ServerConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Endless handshakes, silence, and old protocols. The tests run concurrently, since they mostly wait. */
@Execution(ExecutionMode.CONCURRENT)
class TlsGuardsTest {
    @TempDir
    Path directory;

    /** Connects from another address of this machine, and begins a handshake. */
    private static List<Socket> silent(int count, int port, byte... begin) throws IOException {
        List<Socket> silent = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), port, InetAddress.getByName("127.0.0.9"), 0);
            silent.add(socket);
            try {
                socket.getOutputStream().write(begin);
            } catch (SocketException e) {
                // refused already
            }
        }
        return silent;
    }

    @ParameterizedTest
    @CsvSource({"ENFORCING,0", "ENFORCING,5", "PERMISSIVE,5"})
    void secT14HandshakesOfAnAddressThatDoNotEndKeepNobodyElseOutAndAreEnded(String mode, int bytes) throws Exception {
        Certificates certificates = new Certificates(directory).make("server");
        byte[] begin = Arrays.copyOf(new byte[] {0x16, 3, 1, 2, 0}, bytes);
        try (Server server = start(directory, mode, "server")) {
            for (int port : new int[] {server.brokerPort(), server.nameServerPort()}) {
                List<Socket> silent = silent(300, port, begin);
                for (int i = 0; i < 5; i++) {
                    assertTrue(serves(port, certificates.client("server", null)), "300 of another address begin on " + port);
                }
                silent.getLast().setSoTimeout(3_000);
                assertEquals(-1, end(silent.getLast()), "the 300th is refused at once");
                for (Socket socket : silent) {
                    socket.setSoTimeout(15_000);
                    assertEquals(-1, end(socket));
                    socket.close();
                }
            }
        }
    }

    @Test
    void secT14ANameServerAloneIsNotKeptFromOthersByHandshakesOfAnAddress() throws Exception {
        Certificates certificates = new Certificates(directory).make("server");
        ServerConfig config = ConfigLoader.load(new ConfigSources(null, null, Map.of(), List.of(
                "nameserver.port=0", "tls.server.mode=ENFORCING", "storePathRootDir=" + directory.resolve("data"),
                "tls.server.certPath=" + directory.resolve("server.pem"),
                "tls.server.keyPath=" + directory.resolve("server.key")), "host"));
        try (NameServerProcess server = NameServerProcess.start(config)) {
            List<Socket> silent = silent(300, server.port());
            assertTrue(serves(server.port(), certificates.client("server", null)));
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    @Test
    void secT14AnEndlessHandshakeOnTheGrpcPortIsEnded() throws Exception {
        SSLContext trusting = new Certificates(directory).make("server").client("server", null);
        try (Server server = start(directory, "ENFORCING", "server")) {
            List<Socket> silent = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.grpcPort());
                socket.getOutputStream().write(new byte[] {0x16, 3, 1, 2, 0});
                silent.add(socket);
            }
            assertFalse(shakesHands(server, trusting), "256 handshakes are in progress");
            await().atMost(Duration.ofSeconds(20)).until(() -> shakesHands(server, trusting));
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    @Test
    void secT10ASilentConnectionOnTheGrpcPortIsClosed() throws Exception {
        try (Server server = start(directory, "DISABLED", "none");
                Socket silent = new Socket("127.0.0.1", server.grpcPort());
                Socket slow = new Socket("127.0.0.1", server.grpcPort())) {
            slow.getOutputStream().write('P');
            silent.setSoTimeout(40_000); // the library is being loaded
            slow.setSoTimeout(40_000);
            assertEquals(-1, end(silent));
            assertEquals(-1, end(slow));
        }
    }

    @Test
    void secT14OnlyNewProtocolsAreSupported() throws Exception {
        Certificates certificates = new Certificates(directory).make("server");
        try (Server server = start(directory, "ENFORCING", "server")) {
            for (String protocol : new String[] {"TLSv1.2", "TLSv1.3"}) {
                try (SSLSocket socket = (SSLSocket) open(server.brokerPort(), certificates.client("server", null))) {
                    socket.setEnabledProtocols(new String[] {protocol});
                    socket.startHandshake();
                    assertEquals(protocol, socket.getSession().getProtocol());
                }
            }
            for (String protocol : new String[] {"TLSv1", "TLSv1.1"}) {
                try (SSLSocket socket = (SSLSocket) open(server.brokerPort(), certificates.client("server", null))) {
                    socket.setEnabledProtocols(new String[] {protocol});
                    assertThrows(IOException.class, socket::startHandshake, protocol);
                }
            }
        }
    }
}
