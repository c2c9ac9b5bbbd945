package io.posthorse.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Keys and certificates from the JDK's keytool, as PEM files and as TLS contexts of clients. */
final class Certificates {
    private static final char[] PASSWORD = "changeit".toCharArray();
    private final Path directory;

    Certificates(Path directory) {
        this.directory = directory;
    }

    /** Creates a key with a self-signed certificate: files NAME.pem and NAME.key. */
    Certificates make(String name, String... options) throws Exception {
        Path store = directory.resolve(name + ".p12");
        List<String> arguments = new ArrayList<>(List.of("-genkeypair", "-alias", "own", "-keyalg", "EC", "-groupname",
                "secp256r1", "-dname", "CN=" + name, "-ext", "san=ip:127.0.0.1"));
        arguments.addAll(List.of(options));
        run(store, arguments.toArray(String[]::new));
        KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD);
        write(name + ".pem", "CERTIFICATE", keys.getCertificate("own").getEncoded());
        write(name + ".key", "PRIVATE KEY", keys.getKey("own", PASSWORD).getEncoded());
        return this;
    }

    /** Creates a key with a certificate that another key has signed. */
    Certificates issue(String name, String issuer, String... options) throws Exception {
        Path store = directory.resolve(name + ".p12");
        Files.copy(directory.resolve(issuer + ".p12"), store);
        run(store, "-changealias", "-alias", "own", "-destalias", "issuer");
        List<String> all = new ArrayList<>(List.of("-signer", "issuer"));
        all.addAll(List.of(options));
        return make(name, all.toArray(String[]::new));
    }

    private void run(Path store, String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of("-keystore", store.toString(), "-storetype", "PKCS12", "-storepass", new String(PASSWORD)));
        Process keytool = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(directory.resolve("keytool.log").toFile()).start();
        assertEquals(0, keytool.waitFor(), () -> "keytool failed");
    }

    private void write(String file, String kind, byte[] der) throws IOException {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        Files.writeString(
                directory.resolve(file), "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n");
    }

    Path file(String name) {
        return directory.resolve(name);
    }

    X509Certificate certificate(String name) throws Exception {
        byte[] pem = Files.readAllBytes(file(name + ".pem"));
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pem));
    }

    /** Returns the context of a client that trusts one certificate and sends another (or none, where it is null). */
    SSLContext client(String trusted, String own) throws Exception {
        KeyStore trust = KeyStore.getInstance("PKCS12");
        trust.load(null, null);
        trust.setCertificateEntry("trusted", certificate(trusted));
        TrustManagerFactory trusts = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusts.init(trust);
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own == null ? null : KeyStore.getInstance(file(own + ".p12").toFile(), PASSWORD), PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trusts.getTrustManagers(), null);
        return context;
    }
}
