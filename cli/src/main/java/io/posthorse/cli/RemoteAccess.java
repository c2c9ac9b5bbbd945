package io.posthorse.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import picocli.CommandLine.Option;

/** The options of commands that send requests: the user, and encryption. */
final class RemoteAccess {
    /** The environment variable with the secret of the user of {@code --access-key}. */
    static final String SECRET_VARIABLE = "POSTHORSE_SECRET_KEY";

    @Option(names = "--access-key", paramLabel = "NAME",
            description = "the user of the requests, where access control is on; its secret is in " + SECRET_VARIABLE
                    + " or in --secret-file")
    private String accessKey;

    @Option(names = "--secret-file", paramLabel = "FILE", description = "file with the user's secret")
    private Path secretFile;

    @Option(names = "--tls", description = "encrypt; the broker's certificate must be for its host, and trusted")
    private boolean tls;

    @Option(names = "--tls-trust", paramLabel = "FILE",
            description = "PEM file with the certificates to trust in place of Java's; encrypts")
    private Path trusted;

    /** Secret that was not given by an option; null for none. */
    private byte[] known;

    /**
     * Returns the options of a command that nobody gave.
     *
     * @param user null where requests are not signed
     */
    static RemoteAccess of(String user, String secret) {
        RemoteAccess access = new RemoteAccess();
        access.accessKey = user;
        access.known = user == null ? null : secret.getBytes(StandardCharsets.UTF_8);
        return access;
    }

    /** Returns whether connections are encrypted. */
    boolean isEncrypted() {
        return tls || trusted != null;
    }

    /**
     * Returns how to send requests once a socket is connected. Reads files and secrets now.
     *
     * @throws CommandFailedException where they cannot be used
     */
    Line line() throws CommandFailedException {
        return new Line(accessKey, accessKey == null ? null : secret(), isEncrypted() ? encryption() : null);
    }

    /**
     * How requests are sent.
     *
     * @param accessKey null where they are not signed
     * @param encryption null where they are not encrypted
     */
    record Line(String accessKey, byte[] secret, SSLContext encryption) {
        /** Begins to send over a connected socket. */
        RemoteBroker over(Socket socket, String name, String host, int port) throws IOException {
            return new RemoteBroker(
                    name, encryption == null ? socket : encrypted(encryption, socket, host, port), accessKey, secret);
        }
    }

    private byte[] secret() throws CommandFailedException {
        if (known != null) {
            return known;
        }
        String secret = System.getenv(SECRET_VARIABLE);
        if (secretFile != null) {
            try {
                secret = Files.readString(secretFile).strip();
            } catch (IOException e) {
                throw wrong("The file " + secretFile + " cannot be read (" + e.getClass().getSimpleName() + "), so no"
                        + " request was sent. Name a file with the secret of user " + accessKey + ".");
            }
        }
        if (secret == null || secret.isEmpty()) {
            throw wrong("There is no secret for user " + accessKey + ", so no request was sent. Put it into the variable "
                    + SECRET_VARIABLE + ", or into a file that --secret-file names.");
        }
        return secret.getBytes(StandardCharsets.UTF_8);
    }

    private SSLContext encryption() throws CommandFailedException {
        try {
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted == null ? null : certificates(trusted));
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw wrong("The certificates in " + trusted + " cannot be used (" + RemoteBroker.reason(e) + "), so no"
                    + " request was sent. Name a PEM file with the broker's certificate, or that of its issuer.");
        }
    }

    private static KeyStore certificates(Path file) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (InputStream in = Files.newInputStream(file)) {
            for (Certificate certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("trusted-" + store.size(), certificate);
            }
        }
        return store;
    }

    private static SSLSocket encrypted(SSLContext context, Socket socket, String host, int port) throws IOException {
        SSLSocket encrypted = (SSLSocket) context.getSocketFactory().createSocket(socket, host, port, true);
        SSLParameters parameters = encrypted.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        encrypted.setSSLParameters(parameters);
        encrypted.startHandshake();
        return encrypted;
    }

    private static CommandFailedException wrong(String text) {
        return new CommandFailedException(Launch.WRONG_CONFIGURATION, text);
    }
}
