package io.posthorse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bundles in use: both sides of a connection show a certificate, and the caller looks for the host in that of the other. */
class ClusterHandshakeTest {
    private static final int FIRST_PORT = 24_600;
    private static final int LAST_PORT = 24_650;
    private static final int PATIENCE_MS = 20_000;
    private static final char[] NO_PASSWORD = new char[0];

    @TempDir
    Path directory;

    @BeforeEach
    void make() {
        init("ours", "a=host1,b=node-b.example,c=2001:db8::3");
        init("theirs", "a=host1,b=node-b.example,c=host3");
    }

    private void init(String name, String nodes) {
        Console console = Console.run("cluster", "init", "--out", directory.resolve(name).toString(), "--nodes", nodes);
        assertEquals(0, console.exitCode(), console.err());
    }

    @Test
    void bothSidesKnowEachOther() throws Exception {
        assertEquals(new Sides("CN=b", "CN=a"), shake("ours/a", "ours/b", "node-b.example"));
        assertEquals(new Sides("CN=a", "CN=b"), shake("ours/b", "ours/a", "host1"));
        assertEquals(new Sides("CN=c", "CN=a"), shake("ours/a", "ours/c", "2001:db8::3"));
        assertEquals(new Sides("CN=b", "CN=c"), shake("ours/c", "ours/b", "127.0.0.1"));
        assertEquals(new Sides("CN=b", "CN=c"), shake("ours/c", "ours/b", "localhost"));
    }

    @Test
    void aNodeAddedLaterIsKnownToTheOthers() throws Exception {
        init("ours", "d=host4");
        assertEquals(new Sides("CN=a", "CN=d"), shake("ours/d", "ours/a", "host1"));
        assertEquals(new Sides("CN=d", "CN=a"), shake("ours/a", "ours/d", "host4"));
    }

    @Test
    void anotherHostIsRefused() throws Exception {
        assertRefused("No subject alternative", shake("ours/a", "ours/b", "host1").caller);
        assertRefused("No subject alternative", shake("ours/a", "ours/b", "10.0.0.1").caller);
    }

    @Test
    void aBundleOfAnotherAuthorityIsRefusedOnBothSides() throws Exception {
        assertRefused("PKIX path building failed", shake("ours/a", "theirs/b", "node-b.example").caller);
        Credential theirs = credential("theirs/a");
        SSLContext caller = context("ours", theirs, theirs.certificate());
        assertRefused("Empty client certificate chain", shake(caller, context("ours/b"), "node-b.example").called);
    }

    /** A caller shows a certificate only where the name of its authority is asked for, so this one has that name. */
    @Test
    void anAuthorityWithTheNameOfOursIsRefused() throws Exception {
        X509Certificate ours = credential("ours/a").certificate();
        Credential same = Credential.authority(ours.getIssuerX500Principal().getName().substring("CN=".length()),
                ours.getNotBefore().toInstant(), ours.getNotAfter().toInstant());
        Credential forged = same.issue(new NamedNode("a", "host1", 1),
                ours.getNotBefore().toInstant(), ours.getNotAfter().toInstant());
        assertEquals(ours.getIssuerX500Principal(), forged.certificate().getIssuerX500Principal());
        SSLContext caller = context("ours", forged, forged.certificate());
        assertRefused("PKIX path", shake(caller, context("ours/b"), "node-b.example").called);
    }

    @Test
    void aCallerWithoutACertificateIsRefused() throws Exception {
        assertRefused("Empty client certificate chain", shake(context("ours", null), context("ours/b"), "localhost").called);
    }

    @Test
    void aNodeIsNoAuthority() throws Exception {
        Credential node = credential("ours/a");
        X509Certificate own = node.certificate();
        Credential forged = node.issue(new NamedNode("b", "node-b.example", 1),
                own.getNotBefore().toInstant(), own.getNotAfter().toInstant());
        SSLContext caller = context("ours", forged, forged.certificate(), own);
        assertRefused("keyCertSign bit is not set", shake(caller, context("ours/c"), "localhost").called);
    }

    private static void assertRefused(String reason, String saw) {
        assertTrue(saw.startsWith("refused") && saw.contains(reason), saw);
    }

    /** What each side saw: the subject of the other's certificate, or why it refused. */
    private record Sides(String caller, String called) {}

    private Sides shake(String caller, String called, String host) throws Exception {
        return shake(context(caller), context(called), host);
    }

    private static Sides shake(SSLContext caller, SSLContext called, String host) throws Exception {
        try (SSLServerSocket server = listen(called)) {
            CompletableFuture<String> seen = new CompletableFuture<>();
            Thread.ofPlatform().daemon().start(() -> {
                try (SSLSocket socket = (SSLSocket) server.accept()) {
                    seen.complete(handshake(socket));
                } catch (IOException e) {
                    seen.complete(e.toString());
                }
            });
            try (Socket plain = new Socket(server.getInetAddress(), server.getLocalPort());
                    SSLSocket socket = (SSLSocket) caller.getSocketFactory().createSocket(plain, host, 1, true)) {
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                socket.setSSLParameters(parameters);
                String saw = handshake(socket);
                return new Sides(saw, seen.get(PATIENCE_MS, TimeUnit.MILLISECONDS));
            }
        }
    }

    private static String handshake(SSLSocket socket) {
        try {
            socket.setSoTimeout(PATIENCE_MS);
            socket.startHandshake();
            return subject(socket);
        } catch (IOException e) {
            return "refused: " + e;
        }
    }

    private static String subject(SSLSocket socket) throws IOException {
        return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSubjectX500Principal().getName();
    }

    private static SSLServerSocket listen(SSLContext context) throws IOException {
        for (int port = FIRST_PORT;; port++) {
            try {
                SSLServerSocket server = (SSLServerSocket) context.getServerSocketFactory()
                        .createServerSocket(port, 1, InetAddress.getLoopbackAddress());
                server.setNeedClientAuth(true);
                server.setSoTimeout(PATIENCE_MS);
                return server;
            } catch (BindException e) {
                if (port == LAST_PORT) {
                    throw e;
                }
            }
        }
    }

    private Credential credential(String bundle) throws Exception {
        Path files = directory.resolve(bundle);
        return new Credential(Pem.key(Files.readString(files.resolve("node.key"))),
                Pem.certificate(Files.readString(files.resolve("node.pem"))));
    }

    private SSLContext context(String bundle) throws Exception {
        Credential own = credential(bundle);
        return context(bundle, own, own.certificate());
    }

    /** Returns a context that trusts the authority in a directory, and has a key; none where it is null. */
    private SSLContext context(String trusting, Credential own, Certificate... chain) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        if (own != null) {
            store.setKeyEntry("own", own.key(), NO_PASSWORD, chain);
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, NO_PASSWORD);
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        Path authority = directory.resolve(trusting).resolve("ca.pem");
        trusted.setCertificateEntry("authority", Pem.certificate(Files.readString(authority)));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }
}
