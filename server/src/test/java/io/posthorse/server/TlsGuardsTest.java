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

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Endless handshakes, silence, and old protocols. The tests run concurrently, since they mostly wait. */
@Execution(ExecutionMode.CONCURRENT)
class TlsGuardsTest {
    @TempDir
    Path directory;

    @Test
    void secT14AnEndlessHandshakeIsEnded() throws Exception {
        Certificates certificates = new Certificates(directory).make("server");
        try (Server server = start(directory, "ENFORCING", "server")) {
            List<Socket> silent = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.brokerPort());
                socket.getOutputStream().write(new byte[] {0x16, 3, 1, 2, 0});
                silent.add(socket);
            }
            assertFalse(serves(server.brokerPort(), certificates.client("server", null)), "256 handshakes are in progress");
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> serves(server.brokerPort(), certificates.client("server", null)));
            for (Socket socket : silent) {
                socket.setSoTimeout(5_000);
                assertEquals(-1, end(socket));
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
            silent.setSoTimeout(15_000);
            slow.setSoTimeout(15_000);
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
