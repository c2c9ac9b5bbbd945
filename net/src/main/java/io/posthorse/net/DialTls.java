package io.posthorse.net;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.posthorse.platform.LocalFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLException;

/** The encryption of connections that this process opens: TLS 1.2 and 1.3 with the JDK's engine. */
public final class DialTls {
    private static final long HANDSHAKE_MS = 10_000;
    private static final int FILE_BYTES_MAX = 1 << 20;

    private final SslContext context;
    private final boolean checksName;

    private DialTls(SslContext context, boolean checksName) {
        this.context = context;
        this.checksName = checksName;
    }

    /**
     * Reads this side's certificate, which it presents where it is asked for one, and the issuers that it trusts. The other
     * side's certificate has to be theirs, and for the name that is dialled. It blocks.
     *
     * @throws IOException where a file cannot be read
     */
    public static DialTls trusting(Tls.Files files) throws IOException {
        return new DialTls(read(files, true), true);
    }

    /**
     * Reads this side's certificate, and takes any of the other side. Only for a protocol whose two sides prove who they are
     * with {@link Connection#certificateDigest} in the proof. It blocks.
     */
    public static DialTls ofProven(Tls.Files files) throws IOException {
        return new DialTls(read(files, false), false);
    }

    private static SslContext read(Tls.Files files, boolean checks) throws IOException {
        try (InputStream certificate = open(files.certificate()); InputStream key = open(files.key())) {
            SslContextBuilder builder = SslContextBuilder.forClient()
                    .sslProvider(SslProvider.JDK)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .keyManager(certificate, key);
            if (!checks) {
                builder.trustManager(InsecureTrustManagerFactory.INSTANCE).endpointIdentificationAlgorithm(null);
            } else if (files.trusted() != null) {
                builder.trustManager(open(files.trusted()));
            }
            return builder.build();
        } catch (SSLException | IllegalArgumentException e) {
            throw new IOException("The certificate " + files.certificate() + " or its key " + files.key()
                    + (files.trusted() == null ? "" : " or the issuers " + files.trusted()) + " cannot be used to dial ("
                    + e.getMessage() + "). All must be PEM files, the key unencrypted in PKCS 8 form.", e);
        }
    }

    private static InputStream open(String path) throws IOException {
        return new ByteArrayInputStream(LocalFile.read(path, FILE_BYTES_MAX));
    }

    SslHandler handler(ByteBufAllocator allocator, InetSocketAddress to, Executor work) {
        SslHandler handler = checksName
                ? context.newHandler(allocator, to.getHostString(), to.getPort(), work)
                : context.newHandler(allocator, work);
        handler.setHandshakeTimeoutMillis(HANDSHAKE_MS);
        return handler;
    }
}
