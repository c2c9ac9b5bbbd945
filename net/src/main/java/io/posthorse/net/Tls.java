package io.posthorse.net;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OptionalSslHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.posthorse.platform.LocalFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.CertificateException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;

/**
 * The encryption of connections: TLS 1.2 and 1.3 with the JDK's engine. Where it is optional, the first bytes of a
 * connection decide, so that both kinds of clients use the same port. Certificates can be replaced while connections are
 * open: new connections get the new one. A handshake has 10 s. It counts from its first bytes: at most 256 are under way,
 * and 64 of one address, so that no address keeps the others out. A separate thread computes them one by one.
 */
public final class Tls {
    private static final long HANDSHAKE_MS = 10_000;
    private static final int HANDSHAKES_MAX = 256;
    private static final int FILE_BYTES_MAX = 1 << 20;

    /**
     * The files of a server's identity, all PEM.
     *
     * @param certificate path of the certificate, with its issuers behind it
     * @param key path of its private key
     * @param trusted path of the issuers of clients' certificates, or null for those that Java trusts
     */
    public record Files(String certificate, String key, String trusted) {
        private List<Long> stamps() {
            return Stream.of(certificate, key, trusted).filter(Objects::nonNull).map(LocalFile::stamp).toList();
        }
    }

    /** Whether clients present a certificate. */
    public enum Clients {
        NOT_ASKED,
        ASKED,
        REQUIRED
    }

    private final Files files;
    private final Clients clients;
    private final UnaryOperator<SslContextBuilder> finish;
    private final boolean required;
    private volatile SslContext context;
    private List<Long> stamps;
    /** The handshakes that are under way. */
    private final UnidentifiedPeers handshakes = new UnidentifiedPeers(HANDSHAKES_MAX);

    private Tls(Files files, Clients clients, boolean required, UnaryOperator<SslContextBuilder> finish)
            throws IOException {
        this.files = files;
        this.clients = clients;
        this.finish = finish;
        this.required = required;
        this.stamps = files.stamps();
        this.context = read();
    }

    /**
     * Reads certificate and key.
     *
     * @param required whether connections must be encrypted
     * @throws IOException where they cannot be read or do not fit together; the message says what to do
     */
    public static Tls load(Files files, Clients clients, boolean required) throws IOException {
        return new Tls(files, clients, required, b -> b);
    }

    /**
     * Reads certificate and key for a listener that is not one of {@link Network}'s, and uses {@link #context} only.
     *
     * @param finish adds the settings of the listener's protocol
     */
    public static Tls load(Files files, Clients clients, boolean required, UnaryOperator<SslContextBuilder> finish)
            throws IOException {
        return new Tls(files, clients, required, finish);
    }

    /** Returns the context of new connections; a new one after {@link #reload}. */
    public SslContext context() {
        return context;
    }

    /** Returns whether connections must be encrypted. */
    public boolean isRequired() {
        return required;
    }

    /**
     * Reads the files again if they changed. It blocks, so it must not run on the owner's thread; not twice at a time.
     *
     * @return whether new connections get another certificate from now on
     * @throws IOException where they cannot be used; the old ones stay in use then, until the files change again
     */
    public boolean reload() throws IOException {
        List<Long> now = files.stamps();
        if (now.equals(stamps)) {
            return false;
        }
        stamps = now;
        context = read();
        return true;
    }

    private SslContext read() throws IOException {
        try (InputStream certificate = open(files.certificate()); InputStream key = open(files.key())) {
            SslContextBuilder builder = SslContextBuilder.forServer(certificate, key)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .clientAuth(switch (clients) {
                        case NOT_ASKED -> ClientAuth.NONE;
                        case ASKED -> ClientAuth.OPTIONAL;
                        case REQUIRED -> ClientAuth.REQUIRE;
                    });
            if (files.trusted() != null) {
                builder.trustManager(open(files.trusted()));
            }
            return finish.apply(builder).build();
        } catch (SSLException | IllegalArgumentException e) {
            Throwable why = e.getCause() instanceof CertificateException cause ? cause : e;
            throw new IOException("The certificate " + files.certificate() + " or its key " + files.key()
                    + (files.trusted() == null ? "" : " or the issuers " + files.trusted()) + " cannot be used ("
                    + why.getMessage() + "). All must be PEM files, the key unencrypted in PKCS 8 form.", e);
        }
    }

    private static InputStream open(String path) throws IOException {
        return new ByteArrayInputStream(LocalFile.read(path, FILE_BYTES_MAX));
    }

    /** @param work computes handshakes, above all with the private key */
    void addTo(ChannelPipeline pipeline, ByteBufAllocator allocator, Executor work) {
        KeyUpdates updates = new KeyUpdates();
        if (required) {
            SslHandler handler = handler(allocator, work, updates);
            pipeline.addFirst(updates, new FirstBytesCounter(handler), handler);
        } else {
            pipeline.addFirst(updates, optional(work, updates));
        }
    }

    private SslHandler handler(ByteBufAllocator allocator, Executor work, KeyUpdates updates) {
        SslHandler handler = context.newHandler(allocator, work);
        updates.begin(handler);
        handler.setHandshakeTimeoutMillis(HANDSHAKE_MS);
        return handler;
    }

    /** Counts a handshake until it ends; closes the connection where there are too many. */
    private void count(Channel channel, SslHandler handler) {
        InetAddress address = ((InetSocketAddress) channel.remoteAddress()).getAddress();
        UnidentifiedPeers.Place place = handshakes.enter(
                address, () -> end(channel, "its TLS handshake is not complete, and others need its place"));
        if (place == null) {
            end(channel, "too many TLS handshakes of its address, or of all, are under way");
        } else {
            handler.handshakeFuture().addListener(done -> place.leave());
        }
    }

    private static void end(Channel channel, String reason) {
        channel.pipeline().fireUserEventTriggered(new Connection.Eviction(reason));
    }

    private ChannelHandler optional(Executor work, KeyUpdates updates) {
        return new OptionalSslHandler(context) {
            @Override
            protected SslHandler newSslHandler(ChannelHandlerContext channel, SslContext sslContext) {
                SslHandler handler = handler(channel.alloc(), work, updates);
                count(channel.channel(), handler);
                return handler;
            }

            @Override
            protected ChannelHandler newNonSslHandler(ChannelHandlerContext channel) {
                channel.pipeline().remove(updates);
                return super.newNonSslHandler(channel);
            }
        };
    }

    /** A handler that counts a handshake when its first bytes come, and then removes itself. */
    private final class FirstBytesCounter extends ChannelInboundHandlerAdapter {
        private final SslHandler handler;

        FirstBytesCounter(SslHandler handler) {
            this.handler = handler;
        }

        @Override
        public void channelRead(ChannelHandlerContext channel, Object message) {
            count(channel.channel(), handler);
            channel.fireChannelRead(message);
            if (!channel.isRemoved()) {
                channel.pipeline().remove(this);
            }
        }
    }
}
