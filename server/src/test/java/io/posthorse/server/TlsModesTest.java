package io.posthorse.server;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.FrameCodec;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.server.config.ConfigLoader;
import io.posthorse.server.config.ConfigSources;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Three modes with good, expired and foreign certificates; clients' certificates; a new certificate without a restart. */
class TlsModesTest {
    private static final int UNKNOWN_CODE = 9_999;

    /** Keys that take seconds to make, for the tests that change nothing of them. */
    @TempDir
    static Path made;

    private static Certificates issued;

    @TempDir
    Path directory;

    @BeforeAll
    static void issue() throws Exception {
        issued = new Certificates(made).make("issuer", "-ext", "bc=ca:true").make("foreign")
                .issue("good", "issuer").issue("expired", "issuer", "-startdate", "-3d", "-validity", "1");
    }

    /** Whether the gRPC port shows a certificate that the client trusts. */
    private static boolean shakesHands(Server server, SSLContext context) throws IOException {
        try (SSLSocket socket = (SSLSocket) open(server.grpcPort(), context)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2"});
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return socket.getApplicationProtocol().equals("h2");
        } catch (SSLException | SocketException e) {
            return false;
        }
    }

    private Server start(String mode, String certificate, String... sets) throws IOException {
        List<String> all = new ArrayList<>(List.of(
                "listenPort=0", "nameserver.port=0", "grpcServerPort=0", "openwire.port=0", "tls.server.mode=" + mode,
                "storePathRootDir=" + directory.resolve("data"),
                "tls.server.certPath=" + directory.resolve(certificate + ".pem"),
                "tls.server.keyPath=" + directory.resolve(certificate + ".key")));
        all.addAll(List.of(sets));
        return Server.start(ConfigLoader.load(new ConfigSources(null, null, Map.of(), all, "host")));
    }

    private static Socket open(int port, SSLContext context) throws IOException {
        Socket plain = new Socket(InetAddress.getLoopbackAddress(), port);
        plain.setSoTimeout(10_000);
        if (context == null) {
            return plain;
        }
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, "127.0.0.1", port, true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        return socket;
    }

    private static boolean serves(int port, SSLContext context) {
        try (Socket socket = open(port, context)) {
            return ask(socket) == ResponseCode.REQUEST_CODE_NOT_SUPPORTED;
        } catch (IOException e) {
            return false;
        }
    }

    private static int ask(Socket socket) throws IOException {
        Frame request = new Frame(UNKNOWN_CODE, Frame.JAVA, Frame.VERSION, 1, 0, null, Map.of(), new byte[0], false);
        socket.getOutputStream().write(FrameCodec.encode(request));
        DataInputStream in = new DataInputStream(socket.getInputStream());
        byte[] answer = new byte[FrameCodec.checkLength(in.readInt())];
        in.readFully(answer);
        return FrameCodec.decode(answer).code();
    }

    @ParameterizedTest
    @CsvSource({
        "DISABLED,good,true,false", "DISABLED,expired,true,false", "DISABLED,foreign,true,false",
        "PERMISSIVE,good,true,true", "PERMISSIVE,expired,true,false", "PERMISSIVE,foreign,true,false",
        "ENFORCING,good,false,true", "ENFORCING,expired,false,false", "ENFORCING,foreign,false,false"
    })
    void modesAndCertificates(String mode, String certificate, boolean plain, boolean encrypted) throws Exception {
        for (String end : new String[] {".pem", ".key"}) {
            Files.copy(made.resolve(certificate + end), directory.resolve(certificate + end));
        }
        try (Server server = start(mode, certificate)) {
            for (int port : new int[] {server.brokerPort(), server.nameServerPort()}) {
                assertEquals(plain, serves(port, null), "plain");
                assertEquals(encrypted, serves(port, issued.client("issuer", null)), "encrypted");
                assertEquals(plain, serves(port, null), "plain, after what was tried");
            }
        }
    }

    @Test
    void clientsMayHaveToShowACertificate() throws Exception {
        Certificates certificates = new Certificates(directory).make("server").make("client").make("stranger");
        String trust = "tls.server.trustCertPath=" + directory.resolve("client.pem");
        for (String asked : new String[] {"none", "optional", "require"}) {
            try (Server server = start("ENFORCING", "server", trust, "tls.server.need.client.auth=" + asked)) {
                int port = server.brokerPort();
                assertTrue(serves(port, certificates.client("server", "client")), asked);
                assertEquals(!asked.equals("require"), serves(port, certificates.client("server", null)), asked);
                // a client sends no certificate whose issuer is not among those that the server names
                assertEquals(!asked.equals("require"), serves(port, certificates.client("server", "stranger")), asked);
            }
        }
    }

    @Test
    void aNewCertificateNeedsNoRestartAndABrokenOneChangesNothing() throws Exception {
        Certificates certificates = new Certificates(directory).make("old").make("new");
        for (String end : new String[] {".pem", ".key"}) {
            Files.copy(directory.resolve("old" + end), directory.resolve("used" + end));
        }
        try (Server server = start("PERMISSIVE", "used");
                Socket open = open(server.brokerPort(), certificates.client("old", null))) {
            assertEquals(ResponseCode.REQUEST_CODE_NOT_SUPPORTED, ask(open));
            assertFalse(serves(server.brokerPort(), certificates.client("new", null)));
            for (String end : new String[] {".pem", ".key"}) {
                Files.copy(directory.resolve("new" + end), directory.resolve("used" + end),
                        StandardCopyOption.REPLACE_EXISTING);
            }
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> serves(server.brokerPort(), certificates.client("new", null)));
            assertFalse(serves(server.brokerPort(), certificates.client("old", null)));
            assertEquals(ResponseCode.REQUEST_CODE_NOT_SUPPORTED, ask(open), "what is open stays open");

            Path used = directory.resolve("used.pem");
            Files.writeString(used, "this is no certificate");
            Files.setLastModifiedTime(used, FileTime.fromMillis(1_000));
            await().during(Duration.ofSeconds(5)).atMost(Duration.ofSeconds(6))
                    .until(() -> serves(server.brokerPort(), certificates.client("new", null)));
        }
    }

    @Test
    void theGrpcPortTakesANewCertificateWithoutARestartToo() throws Exception {
        Certificates certificates = new Certificates(directory).make("old").make("new");
        for (String end : new String[] {".pem", ".key"}) {
            Files.copy(directory.resolve("old" + end), directory.resolve("used" + end));
        }
        SSLContext old = certificates.client("old", null);
        SSLContext young = certificates.client("new", null);
        try (Server server = start("PERMISSIVE", "used")) {
            assertTrue(shakesHands(server, old));
            assertFalse(shakesHands(server, young));
            try (SSLSocket open = (SSLSocket) open(server.grpcPort(), old)) {
                open.startHandshake();
                for (String end : new String[] {".pem", ".key"}) {
                    Files.copy(directory.resolve("new" + end), directory.resolve("used" + end),
                            StandardCopyOption.REPLACE_EXISTING);
                }
                await().atMost(Duration.ofSeconds(20)).until(() -> shakesHands(server, young));
                assertFalse(shakesHands(server, old));
                assertTrue(serves(server.brokerPort(), young), "the other ports have it as well");
            }
            Path used = directory.resolve("used.pem");
            Files.writeString(used, "this is no certificate");
            Files.setLastModifiedTime(used, FileTime.fromMillis(1_000));
            await().during(Duration.ofSeconds(5)).atMost(Duration.ofSeconds(6)).until(() -> shakesHands(server, young));
        }
    }

    @Test
    void clientsOfTheGrpcPortMayHaveToShowACertificate() throws Exception {
        Certificates certificates = new Certificates(directory).make("server").make("client");
        String trust = "tls.server.trustCertPath=" + directory.resolve("client.pem");
        try (Server server = start("ENFORCING", "server", trust, "tls.server.need.client.auth=require")) {
            for (String own : new String[] {"client", null}) {
                try (SSLSocket socket = (SSLSocket) open(server.grpcPort(), certificates.client("server", own))) {
                    SSLParameters parameters = socket.getSSLParameters();
                    parameters.setApplicationProtocols(new String[] {"h2"});
                    socket.setSSLParameters(parameters);
                    socket.startHandshake();
                    assertEquals(own == null, end(socket) < 0, "with the certificate " + own);
                } catch (SSLException | SocketException e) {
                    assertEquals(null, own);
                }
            }
        }
    }

    @Test
    void secT14AHandshakeThatDoesNotEndIsEnded() throws Exception {
        Certificates certificates = new Certificates(directory).make("server");
        try (Server server = start("ENFORCING", "server")) {
            List<Socket> silent = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.brokerPort());
                socket.getOutputStream().write(new byte[] {0x16, 3, 1, 2, 0});
                silent.add(socket);
            }
            assertFalse(serves(server.brokerPort(), certificates.client("server", null)), "256 handshakes are under way");
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
    void secT14AHandshakeOnTheGrpcPortThatDoesNotEndIsEnded() throws Exception {
        SSLContext trusting = new Certificates(directory).make("server").client("server", null);
        try (Server server = start("ENFORCING", "server")) {
            List<Socket> silent = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.grpcPort());
                socket.getOutputStream().write(new byte[] {0x16, 3, 1, 2, 0});
                silent.add(socket);
            }
            assertFalse(shakesHands(server, trusting), "256 handshakes are under way");
            await().atMost(Duration.ofSeconds(20)).until(() -> shakesHands(server, trusting));
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    @Test
    void secT10WhoSaysNothingOnTheGrpcPortIsSentAway() throws Exception {
        try (Server server = start("DISABLED", "none"); Socket silent = new Socket("127.0.0.1", server.grpcPort());
                Socket slow = new Socket("127.0.0.1", server.grpcPort())) {
            slow.getOutputStream().write('P');
            silent.setSoTimeout(15_000);
            slow.setSoTimeout(15_000);
            assertEquals(-1, end(silent));
            assertEquals(-1, end(slow));
        }
    }

    /** Each request for new keys is answered; others are served meanwhile. */
    @Test
    void secT14NewKeysWithoutEndStopNobodyElse() throws Exception {
        SSLContext trusting = new Certificates(directory).make("server").client("server", null);
        try (Server server = start("ENFORCING", "server")) {
            for (int port : new int[] {server.brokerPort(), server.grpcPort()}) {
                try (Socket plain = new Socket("127.0.0.1", port);
                        SSLSocket flood =
                                (SSLSocket) trusting.getSocketFactory().createSocket(plain, "127.0.0.1", port, true)) {
                    SSLParameters parameters = flood.getSSLParameters();
                    parameters.setApplicationProtocols(new String[] {"h2"});
                    flood.setSSLParameters(parameters);
                    flood.startHandshake();
                    assertEquals("TLSv1.3", flood.getSession().getProtocol());
                    AtomicLong done = new AtomicLong();
                    Thread flooding = Thread.ofPlatform().start(() -> {
                        try {
                            while (true) {
                                flood.startHandshake(); // on an open connection: new keys, and the peer's too
                                done.incrementAndGet();
                            }
                        } catch (IOException e) {
                            // closed
                        }
                    });
                    await().until(() -> done.get() > 1_000);
                    for (int i = 0; i < 20; i++) {
                        assertTrue(serves(server.brokerPort(), trusting), "port " + port);
                        assertTrue(shakesHands(server, trusting), "port " + port);
                    }
                    plain.close();
                    flooding.join();
                }
            }
        }
    }

    private static int end(Socket socket) {
        try {
            return socket.getInputStream().read();
        } catch (IOException e) {
            return -1; // reset
        }
    }

    @Test
    void secT14OnlyNewProtocolsAreSpoken() throws Exception {
        Certificates certificates = new Certificates(directory).make("server");
        try (Server server = start("ENFORCING", "server")) {
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
