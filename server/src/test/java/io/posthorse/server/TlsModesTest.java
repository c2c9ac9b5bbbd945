package io.posthorse.server;

import static io.posthorse.server.TlsProbe.ask;
import static io.posthorse.server.TlsProbe.end;
import static io.posthorse.server.TlsProbe.open;
import static io.posthorse.server.TlsProbe.serves;
import static io.posthorse.server.TlsProbe.shakesHands;
import static io.posthorse.server.TlsProbe.start;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.FrameCodec;
import io.posthorse.codec.rocketmq.ResponseCode;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The three modes with valid, expired and foreign certificates; clients' certificates; and a new certificate without a
 * restart. The tests run concurrently, since they mostly wait.
 */
@Execution(ExecutionMode.CONCURRENT)
class TlsModesTest {
    /** Keys that take seconds to create, for tests that do not change them. */
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

    /** A signed request in binary form, which does not look like any text protocol. */
    @Test
    void secT03UnencryptedBytesAreNotLogged() throws Exception {
        for (String end : new String[] {".pem", ".key"}) {
            Files.copy(made.resolve("good" + end), directory.resolve("good" + end));
        }
        String planted = "planted" + System.nanoTime();
        byte[] frame = FrameCodec.encode(new Frame(
                310, Frame.JAVA, Frame.VERSION, 1, 0, null, Map.of("Signature", planted), TestBroker.text(planted), true));
        try (Server server = start(directory, "ENFORCING", "good")) {
            for (int port : new int[] {server.brokerPort(), server.nameServerPort()}) {
                try (Socket socket = new Socket("127.0.0.1", port)) {
                    socket.setSoTimeout(20_000);
                    socket.getOutputStream().write(frame);
                    while (socket.getInputStream().read() >= 0) {
                        // until it is closed
                    }
                } catch (SocketException e) {
                    // reset
                }
            }
        }
        String log = Files.readString(Path.of("target/trace.log"), StandardCharsets.ISO_8859_1).lines()
                .filter(line -> line.contains("SessionHandler") || line.contains("\tat ") || line.contains("Exception"))
                .collect(Collectors.joining("\n"));
        assertTrue(log.contains("it is not encrypted"), "the log is written");
        assertFalse(log.contains(planted), "a body is logged");
        assertFalse(log.contains(HexFormat.of().formatHex(TestBroker.text(planted))), "a body is logged in hex digits");
    }

    @ParameterizedTest
    @CsvSource({
        "DISABLED,good,true,false", "DISABLED,expired,true,false", "DISABLED,foreign,true,false",
        "PERMISSIVE,good,true,true", "PERMISSIVE,expired,true,false", "PERMISSIVE,foreign,true,false",
        "ENFORCING,good,false,true", "ENFORCING,expired,false,false", "ENFORCING,foreign,false,false"
    })
    void modesAndCertificatesDecideWhoIsServed(String mode, String certificate, boolean plain, boolean encrypted)
            throws Exception {
        for (String end : new String[] {".pem", ".key"}) {
            Files.copy(made.resolve(certificate + end), directory.resolve(certificate + end));
        }
        try (Server server = start(directory, mode, certificate)) {
            for (int port : new int[] {server.brokerPort(), server.nameServerPort()}) {
                assertEquals(plain, serves(port, null), "plain");
                assertEquals(encrypted, serves(port, issued.client("issuer", null)), "encrypted");
                assertEquals(plain, serves(port, null), "plain, after the attempts");
            }
        }
    }

    @Test
    void clientsCanBeRequiredToSendACertificate() throws Exception {
        Certificates certificates = new Certificates(directory).make("server").make("client").make("stranger");
        String trust = "tls.server.trustCertPath=" + directory.resolve("client.pem");
        for (String asked : new String[] {"none", "optional", "require"}) {
            try (Server server = start(directory, "ENFORCING", "server", trust, "tls.server.need.client.auth=" + asked)) {
                int port = server.brokerPort();
                assertTrue(serves(port, certificates.client("server", "client")), asked);
                assertEquals(!asked.equals("require"), serves(port, certificates.client("server", null)), asked);
                // a client sends no certificate whose issuer the server does not name
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
        try (Server server = start(directory, "PERMISSIVE", "used");
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
            assertEquals(ResponseCode.REQUEST_CODE_NOT_SUPPORTED, ask(open), "open connections stay open");

            Path used = directory.resolve("used.pem");
            Files.writeString(used, "this is no certificate");
            Files.setLastModifiedTime(used, FileTime.fromMillis(1_000));
            await().during(Duration.ofSeconds(5)).atMost(Duration.ofSeconds(6))
                    .until(() -> serves(server.brokerPort(), certificates.client("new", null)));
        }
    }

    @Test
    void theGrpcPortUsesANewCertificateWithoutARestart() throws Exception {
        Certificates certificates = new Certificates(directory).make("old").make("new");
        for (String end : new String[] {".pem", ".key"}) {
            Files.copy(directory.resolve("old" + end), directory.resolve("used" + end));
        }
        SSLContext old = certificates.client("old", null);
        SSLContext young = certificates.client("new", null);
        try (Server server = start(directory, "PERMISSIVE", "used")) {
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
                assertTrue(serves(server.brokerPort(), young), "the other ports use it too");
            }
            Path used = directory.resolve("used.pem");
            Files.writeString(used, "this is no certificate");
            Files.setLastModifiedTime(used, FileTime.fromMillis(1_000));
            await().during(Duration.ofSeconds(5)).atMost(Duration.ofSeconds(6)).until(() -> shakesHands(server, young));
        }
    }

    @Test
    void clientsOfTheGrpcPortCanBeRequiredToSendACertificate() throws Exception {
        Certificates certificates = new Certificates(directory).make("server").make("client");
        String trust = "tls.server.trustCertPath=" + directory.resolve("client.pem");
        try (Server server = start(directory, "ENFORCING", "server", trust, "tls.server.need.client.auth=require")) {
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
}
