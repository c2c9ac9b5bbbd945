package io.posthorse.protocol.grpc;

import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.InternalProtocolNegotiator.ProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.grpc.netty.ProtocolNegotiationEvent;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.AsciiString;
import java.io.File;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.List;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a new connection speaks: its first bytes tell whether it is encrypted. Clients of this protocol encrypt unless told
 * otherwise, and take any certificate; so where the operator gave none, one is made when the first such client comes.
 */
public final class GrpcConnections implements ProtocolNegotiator {
    private static final Logger LOG = LoggerFactory.getLogger(GrpcConnections.class);
    /** So many bytes tell whether a connection begins with a TLS record. */
    private static final int HEAD_BYTES = 5;

    private final ProtocolNegotiator plain = InternalProtocolNegotiators.serverPlaintext();
    private final boolean allowsPlain;
    private final boolean allowsEncrypted;
    private final int connectionsMax;
    private ProtocolNegotiator encrypted;
    private int connections;

    /**
     * What is asked of clients that are encrypted.
     *
     * @param asked whether they are asked for a certificate
     * @param required whether one that shows none is turned away
     * @param trusted path of a PEM file with the issuers that are trusted, or null for those that Java trusts
     */
    public record Clients(boolean asked, boolean required, String trusted) {}

    private GrpcConnections(boolean allowsPlain, boolean allowsEncrypted, SslContext context, int connectionsMax) {
        this.allowsPlain = allowsPlain;
        this.allowsEncrypted = allowsEncrypted;
        this.encrypted = context == null ? null : InternalProtocolNegotiators.serverTls(context);
        this.connectionsMax = connectionsMax;
    }

    /** Connections that are not encrypted. */
    public static GrpcConnections plain(int connectionsMax) {
        return new GrpcConnections(true, false, null, connectionsMax);
    }

    /** Both kinds; the certificate is made here. */
    public static GrpcConnections either(int connectionsMax) {
        return new GrpcConnections(true, true, null, connectionsMax);
    }

    /**
     * Connections with the operator's certificate.
     *
     * @param required whether those without encryption are closed
     * @param clients which certificates of clients are asked for
     * @throws IOException where certificate and key cannot be used
     */
    public static GrpcConnections with(String certificate, String key, boolean required, int connectionsMax, Clients clients)
            throws IOException {
        try {
            SslContextBuilder builder = SslContextBuilder.forServer(new File(certificate), new File(key));
            if (clients.trusted != null) {
                builder.trustManager(new File(clients.trusted));
            }
            builder.clientAuth(clients.required
                    ? ClientAuth.REQUIRE
                    : clients.asked ? ClientAuth.OPTIONAL : ClientAuth.NONE);
            SslContext context = context(builder);
            return new GrpcConnections(!required, true, context, connectionsMax);
        } catch (SSLException | IllegalArgumentException e) {
            throw new IOException("The certificate " + certificate + " or its key " + key + " cannot be used ("
                    + e.getMessage() + "). Both must be PEM files, the key unencrypted in PKCS 8 form.", e);
        }
    }

    private static SslContext context(SslContextBuilder builder) throws SSLException {
        return GrpcSslContexts.configure(builder, SslProvider.JDK).protocols("TLSv1.3", "TLSv1.2").build();
    }

    @Override
    public AsciiString scheme() {
        return plain.scheme();
    }

    @Override
    public ChannelHandler newHandler(GrpcHttp2ConnectionHandler handler) {
        return new FirstBytes(handler);
    }

    @Override
    public void close() {
        plain.close();
    }

    private ProtocolNegotiator encrypted() throws SSLException {
        if (encrypted == null) {
            try {
                SelfSigned made = SelfSigned.make("posthorse");
                encrypted = InternalProtocolNegotiators.serverTls(
                        context(SslContextBuilder.forServer(made.key(), made.certificate())));
            } catch (GeneralSecurityException e) {
                throw new SSLException("no certificate could be made", e);
            }
        }
        return encrypted;
    }

    /** Looks at the first bytes of a connection, then makes way for who understands them. */
    private final class FirstBytes extends ByteToMessageDecoder {
        private final GrpcHttp2ConnectionHandler handler;
        private ProtocolNegotiationEvent begun;

        FirstBytes(GrpcHttp2ConnectionHandler handler) {
            this.handler = handler;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext channel) {
            connections++;
            channel.channel().closeFuture().addListener(f -> connections--);
            if (connections > connectionsMax) {
                channel.close();
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext channel, Object event) throws Exception {
            if (event instanceof ProtocolNegotiationEvent negotiation) {
                begun = negotiation; // kept for who comes next
            } else {
                super.userEventTriggered(channel, event);
            }
        }

        @Override
        protected void decode(ChannelHandlerContext channel, ByteBuf in, List<Object> out) throws SSLException {
            if (in.readableBytes() < HEAD_BYTES) {
                return;
            }
            boolean isEncrypted = SslHandler.isEncrypted(in, false);
            if (isEncrypted ? !allowsEncrypted : !allowsPlain) {
                LOG.debug("{} closed: it {} encrypted", channel.channel().remoteAddress(), isEncrypted ? "is" : "is not");
                in.skipBytes(in.readableBytes());
                channel.close();
                return;
            }
            channel.pipeline().addAfter(channel.name(), null, (isEncrypted ? encrypted() : plain).newHandler(handler));
            channel.fireUserEventTriggered(begun);
            channel.pipeline().remove(this);
        }
    }
}
