package io.posthorse.server;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The link between a slave and its master where connections are encrypted. */
@Execution(ExecutionMode.CONCURRENT)
class EncryptedLinkTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final String SECRET =
            "innerClientAuthenticationCredentials={\"accessKey\":\"in\",\"secretKey\":\"secret1\"}";

    @TempDir
    static Path made;

    private static Certificates certificates;

    @TempDir
    Path directory;

    @BeforeAll
    static void make() throws Exception {
        certificates = new Certificates(made).make("master").make("slave").make("relay");
    }

    private TestBroker start(String name, String certificate, String mode, String... more) {
        List<String> sets = new ArrayList<>(List.of(
                "tls.server.mode=" + mode, "tls.server.certPath=" + certificates.file(certificate + ".pem"),
                "tls.server.keyPath=" + certificates.file(certificate + ".key")));
        sets.addAll(List.of(more));
        return TestBroker.start(directory.resolve(name), sets.toArray(String[]::new));
    }

    private TestBroker master(String mode, String... more) {
        List<String> sets = new ArrayList<>(List.of("brokerRole=ASYNC_MASTER"));
        sets.addAll(List.of(more));
        return start("m", "master", mode, sets.toArray(String[]::new));
    }

    /** Starts a slave that takes encrypted connections only, and dials such. */
    private TestBroker slave(int ha, String... more) {
        List<String> sets = new ArrayList<>(List.of("brokerRole=SLAVE", "brokerId=1", "haMasterAddress=127.0.0.1:" + ha));
        sets.addAll(List.of(more));
        return start("s", "slave", "ENFORCING", sets.toArray(String[]::new));
    }

    private static boolean hasSlave(TestBroker master) {
        return new String(master.client().ask(907, Map.of()).body(), StandardCharsets.UTF_8)
                .contains("\"inSyncSlaveNums\":1");
    }

    private static boolean isLogged(String text) {
        try {
            return Files.readString(Path.of("target/trace.log"), StandardCharsets.ISO_8859_1).contains(text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void withTheSecretAnyCertificateWillDo() {
        try (TestBroker master = master("PERMISSIVE", SECRET); TestBroker slave = slave(master.server().haPort(), SECRET)) {
            Awaitility.await().atMost(LONG).until(() -> hasSlave(master));
        }
    }

    @Test
    void withTheSecretNobodyCanSitInBetween() throws Exception {
        try (TestBroker master = master("PERMISSIVE", SECRET);
                Relay relay = new Relay(master.server().haPort());
                TestBroker slave = slave(relay.port(), SECRET)) {
            Awaitility.await().atMost(LONG).until(() -> relay.isRefused);
            assertFalse(hasSlave(master));
        }
    }

    @Test
    void withoutASecretTheMastersCertificateHasToBeTrusted() {
        String trust = "tls.server.trustCertPath=" + certificates.file("master.pem");
        try (TestBroker master = master("PERMISSIVE")) {
            try (TestBroker slave = slave(master.server().haPort(), trust)) {
                Awaitility.await().atMost(LONG).until(() -> hasSlave(master));
            }
            Awaitility.await().atMost(LONG).until(() -> !hasSlave(master));
            int ha = master.server().haPort();
            try (TestBroker distrustful = slave(ha)) {
                Awaitility.await().atMost(LONG).until(
                        () -> isLogged("The master at 127.0.0.1:" + ha + " has ended the link without a word"));
                assertFalse(hasSlave(master));
            }
        }
    }

    @Test
    void aMasterThatTakesNoPlainTextTakesNoneOfSlavesEither() throws IOException {
        try (TestBroker master = master("ENFORCING", SECRET);
                Socket plain = new Socket(InetAddress.getLoopbackAddress(), master.server().haPort())) {
            plain.setSoTimeout(20_000);
            plain.getOutputStream().write(SlaveFrames.preface());
            int greeting = SlaveFrames.greeting().length;
            assertTrue(plain.getInputStream().readNBytes(greeting).length < greeting, "at most an alert, and the end");
        }
    }

    /** Somebody with a certificate of his own, who passes everything on between a slave and its master. */
    private static final class Relay implements AutoCloseable {
        private final SSLServerSocket port;
        private volatile boolean isRefused;

        Relay(int to) throws Exception {
            SSLContext own = certificates.client("master", "relay");
            port = (SSLServerSocket) own.getServerSocketFactory().createServerSocket(
                    0, 5, InetAddress.getLoopbackAddress());
            Thread.ofVirtual().start(() -> {
                while (true) {
                    try {
                        Socket slave = port.accept();
                        Socket master = own.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), to);
                        Thread.ofVirtual().start(() -> carry(slave, master));
                        Thread.ofVirtual().start(() -> carry(master, slave));
                    } catch (IOException e) {
                        return; // it is closed
                    }
                }
            });
        }

        int port() {
            return port.getLocalPort();
        }

        private void carry(Socket from, Socket to) {
            try (from; to) {
                InputStream in = from.getInputStream();
                byte[] bytes = new byte[1 << 16];
                for (int length = in.read(bytes); length > 0; length = in.read(bytes)) {
                    to.getOutputStream().write(bytes, 0, length);
                    String text = new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
                    isRefused |= text.contains("does not know the secret");
                }
            } catch (IOException e) {
                // one of both has closed
            }
        }

        @Override
        public void close() throws IOException {
            port.close();
        }
    }
}
