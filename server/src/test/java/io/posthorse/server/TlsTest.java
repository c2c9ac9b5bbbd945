package io.posthorse.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same ports with and without encryption. */
class TlsTest {
    private static final int UNKNOWN_CODE = 9_999;
    private static final int PATIENCE_MS = 10_000;

    @TempDir
    Path directory;

    @Test
    void permissiveServesBothKindsOnOnePort() throws Exception {
        certificate();
        try (Server server = start("PERMISSIVE")) {
            try (Socket plain = plain(server)) {
                assertEquals(ResponseCode.REQUEST_CODE_NOT_SUPPORTED, ask(plain));
            }
            try (Socket encrypted = encrypted(server)) {
                assertEquals(ResponseCode.REQUEST_CODE_NOT_SUPPORTED, ask(encrypted));
                assertTrue(((SSLSocket) encrypted).getSession().getProtocol().startsWith("TLSv1."));
            }
        }
    }

    @Test
    void enforcingClosesPlainConnections() throws Exception {
        certificate();
        try (Server server = start("ENFORCING")) {
            try (Socket encrypted = encrypted(server)) {
                assertEquals(ResponseCode.REQUEST_CODE_NOT_SUPPORTED, ask(encrypted));
            }
            try (Socket plain = plain(server)) {
                assertThrows(IOException.class, () -> ask(plain));
            }
        }
    }

    @Test
    void anInvalidCertificatePreventsTheStartWithAdvice() throws Exception {
        certificate();
        Files.writeString(directory.resolve("cert.pem"), "this is no certificate");
        IOException refused = assertThrows(IOException.class, () -> start("PERMISSIVE").close());
        assertTrue(refused.getMessage().contains("All must be PEM files"), refused.getMessage());
    }

    private Server start(String mode) throws IOException {
        List<String> sets = new ArrayList<>(List.of(
                "listenPort=0", "nameserver.port=0", "grpc.enabled=false",
                "openwire.enabled=false", "tls.server.mode=" + mode));
        sets.add("storePathRootDir=" + directory.resolve("data-" + mode));
        sets.add("tls.server.certPath=" + directory.resolve("cert.pem"));
        sets.add("tls.server.keyPath=" + directory.resolve("key.pem"));
        return Server.start(ConfigLoader.load(new ConfigSources(null, null, Map.of(), sets, "host")));
    }

    private static Socket plain(Server server) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.brokerPort());
        socket.setSoTimeout(PATIENCE_MS);
        return socket;
    }

    private Socket encrypted(Server server) throws Exception {
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(keyStore());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {(X509TrustManager) trust.getTrustManagers()[0]}, null);
        Socket socket = context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), server.brokerPort());
        socket.setSoTimeout(PATIENCE_MS);
        return socket;
    }

    private static int ask(Socket socket) throws IOException {
        Frame request = new Frame(UNKNOWN_CODE, Frame.JAVA, Frame.VERSION, 1, 0, null, Map.of(), new byte[0], false);
        socket.getOutputStream().write(FrameCodec.encode(request));
        DataInputStream in = new DataInputStream(socket.getInputStream());
        byte[] answer = new byte[in.readInt()];
        in.readFully(answer);
        return FrameCodec.decode(answer).code();
    }

    private KeyStore keyStore() throws Exception {
        return KeyStore.getInstance(directory.resolve("store.p12").toFile(), "changeit".toCharArray());
    }

    /** Creates a key with the JDK's keytool, and writes key and certificate as PEM files. */
    private void certificate() throws Exception {
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                        "-genkeypair", "-alias", "server", "-keyalg", "RSA", "-dname", "CN=localhost",
                        "-keystore", directory.resolve("store.p12").toString(), "-storetype", "PKCS12",
                        "-storepass", "changeit")
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("keytool.log").toFile())
                .start();
        assertEquals(0, keytool.waitFor(), () -> "keytool failed");
        KeyStore store = keyStore();
        X509Certificate certificate = (X509Certificate) store.getCertificate("server");
        pem("cert.pem", "CERTIFICATE", certificate.getEncoded());
        pem("key.pem", "PRIVATE KEY", store.getKey("server", "changeit".toCharArray()).getEncoded());
        trusted(store, certificate);
    }

    /** Adds the certificate as a trusted entry: a key entry is not trusted. */
    private void trusted(KeyStore store, X509Certificate certificate) throws Exception {
        store.setCertificateEntry("trusted", certificate);
        try (var out = Files.newOutputStream(directory.resolve("store.p12"))) {
            store.store(out, "changeit".toCharArray());
        }
    }

    private void pem(String file, String kind, byte[] der) throws IOException {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        Files.writeString(
                directory.resolve(file), "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n");
    }
}
