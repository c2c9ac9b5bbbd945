package io.posthorse.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
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

/** The options of commands that send requests to a broker: its address, the user, and encryption. */
final class RemoteOptions {
    /** The environment variable with the secret of the user of {@code --access-key}. */
    static final String SECRET_VARIABLE = "POSTHORSE_SECRET_KEY";

    private static final int CONNECT_MS = 5_000;
    private static final int ANSWER_MS = 30_000;

    @Option(names = "--broker", paramLabel = "HOST:PORT", defaultValue = "127.0.0.1:10911",
            description = "the broker's address, ${DEFAULT-VALUE} by default")
    private String broker;

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

    /** Connects to the broker. */
    RemoteBroker open() throws CommandFailedException {
        int colon = broker.lastIndexOf(':');
        int port = colon < 1 ? -1 : port(broker.substring(colon + 1));
        if (port < 0) {
            throw wrong("--broker " + broker + " is not an address, so no request was sent. Write host:port, such as"
                    + " 127.0.0.1:10911.");
        }
        byte[] secret = accessKey == null ? null : secret();
        String host = broker.substring(0, colon).replaceAll("^\\[|]$", "");
        SSLContext encryption = tls || trusted != null ? encryption() : null;
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(host, port), CONNECT_MS);
            socket.setSoTimeout(ANSWER_MS);
            socket.setTcpNoDelay(true);
            return new RemoteBroker(
                    broker, encryption == null ? socket : encrypted(encryption, socket, host, port), accessKey, secret);
        } catch (IOException e) {
            close(socket);
            throw new CommandFailedException(Launch.NOT_STARTED, "No broker was reached at " + broker + " ("
                    + RemoteBroker.reason(e) + "). Nothing was changed. Start it (bin/posthorse start), or"
                    + " give its address with --broker host:port" + (encryption == null ? "." : "; with --tls, the port must"
                    + " accept TLS, and its certificate must be valid for " + host + " and trusted (--tls-trust)."));
        }
    }

    private static int port(String text) {
        try {
            int port = Integer.parseInt(text);
            return port > 0 && port < 65_536 ? port : -1;
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private byte[] secret() throws CommandFailedException {
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

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // the socket is unusable anyway
        }
    }

    private static CommandFailedException wrong(String text) {
        return new CommandFailedException(Launch.WRONG_CONFIGURATION, text);
    }
}
