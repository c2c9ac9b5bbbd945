package io.posthorse.net;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.OptionalSslHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import java.io.File;
import java.io.IOException;
import javax.net.ssl.SSLException;

/**
 * Encryption of connections: TLS 1.2 and 1.3 with the JDK's engine. Where it is optional, the first bytes of a
 * connection tell, so that both kinds of clients use the same port.
 */
public final class Tls {
    private static final long HANDSHAKE_MS = 10_000;

    private final SslContext context;
    private final boolean required;

    private Tls(SslContext context, boolean required) {
        this.context = context;
        this.required = required;
    }

    /**
     * Reads certificate and key.
     *
     * @throws IOException where they cannot be read or do not fit together; says what to do
     */
    public static Tls load(String certificate, String key, boolean required) throws IOException {
        try {
            SslContext context = SslContextBuilder.forServer(new File(certificate), new File(key))
                    .protocols("TLSv1.3", "TLSv1.2")
                    .build();
            return new Tls(context, required);
        } catch (SSLException | IllegalArgumentException e) {
            throw new IOException("The certificate " + certificate + " or its key " + key + " cannot be used ("
                    + e.getMessage() + "). Both must be PEM files, the key unencrypted in PKCS 8 form.", e);
        }
    }

    void addTo(ChannelPipeline pipeline, ByteBufAllocator allocator) {
        pipeline.addFirst(required ? handler(allocator) : optional());
    }

    private SslHandler handler(ByteBufAllocator allocator) {
        SslHandler handler = context.newHandler(allocator);
        handler.setHandshakeTimeoutMillis(HANDSHAKE_MS);
        return handler;
    }

    private ChannelHandler optional() {
        return new OptionalSslHandler(context) {
            @Override
            protected SslHandler newSslHandler(ChannelHandlerContext channel, SslContext sslContext) {
                return handler(channel.alloc());
            }
        };
    }
}
