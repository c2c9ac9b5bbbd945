package io.posthorse.protocol.grpc;

import io.grpc.Attributes;
import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.InternalProtocolNegotiationEvent;
import io.grpc.netty.InternalProtocolNegotiator.ProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.ProtocolNegotiationEvent;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.AsciiString;
import io.posthorse.net.ForwardedClients;
import io.posthorse.net.ForwardingTickets;
import io.posthorse.net.KeyUpdates;
import io.posthorse.net.LogLimiter;
import io.posthorse.net.MisdirectedClients;
import io.posthorse.net.PortProtocols;
import io.posthorse.net.SpokenProtocol;
import io.posthorse.net.Tls;
import io.posthorse.net.UnidentifiedPeers;
import io.posthorse.platform.Quota;
import io.posthorse.platform.QuotaHolder;
import io.posthorse.platform.QuotaShares;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The negotiation of new connections: the first bytes tell whether one is encrypted. Clients of this protocol encrypt by
 * default and accept any certificate, so where the operator provides none, the first such client makes the broker create
 * one.
 */
public final class GrpcConnections implements ProtocolNegotiator {
    private static final Logger LOG = LoggerFactory.getLogger(GrpcConnections.class);
    /** Bytes that tell whether a connection begins with a TLS record. */
    private static final int HEAD_BYTES = 5;
    private static final int HANDSHAKES_MAX = 256;
    /** Maximum length of another master's answer, in bytes. */
    private static final int ANSWER_BYTES_MAX = 64 << 10;
    private static final long IDLE_SECONDS = 30;

    private final ProtocolNegotiator plain = InternalProtocolNegotiators.serverPlaintext();
    private final boolean allowsPlain;
    private final boolean allowsEncrypted;
    private final Quota connections;
    /** The operator's certificate, or null. */
    private final Tls tls;
    private final UnidentifiedPeers strangers;
    private SslContext context;
    private ProtocolNegotiator encrypted;
    private final UnidentifiedPeers handshakes = UnidentifiedPeers.atMost(HANDSHAKES_MAX);
    private LogLimiter complaints;
    /** Peers that speak another protocol. */
    private MisdirectedClients misdirected;
    private MisdirectedClients unencrypted;
    /** Null where no other node passes connections on. */
    private ForwardingTickets forwarded;

    private GrpcConnections(boolean allowsPlain, boolean allowsEncrypted, Tls tls, int connectionsMax, QuotaShares shares) {
        this.allowsPlain = allowsPlain;
        this.allowsEncrypted = allowsEncrypted;
        this.tls = tls;
        this.connections = new Quota(connectionsMax, shares);
        this.strangers = UnidentifiedPeers.among(connectionsMax);
    }

    /** Returns the negotiation of unencrypted connections only. */
    public static GrpcConnections plain(int connectionsMax, QuotaShares shares) {
        return new GrpcConnections(true, false, null, connectionsMax, shares);
    }

    /** Returns the negotiation of both kinds, with a certificate of the broker's own. */
    public static GrpcConnections either(int connectionsMax, QuotaShares shares) {
        return new GrpcConnections(true, true, null, connectionsMax, shares);
    }

    /**
     * Returns the negotiation with the operator's certificate, read by {@link #certificate}; a reload replaces it for new
     * connections.
     */
    public static GrpcConnections with(Tls tls, int connectionsMax, QuotaShares shares) {
        return new GrpcConnections(!tls.isRequired(), true, tls, connectionsMax, shares);
    }

    /**
     * Reads the operator's certificate.
     *
     * @param required whether unencrypted connections are closed
     * @throws IOException where certificate or key are unusable
     */
    public static Tls certificate(Tls.Files files, Tls.Clients clients, boolean required) throws IOException {
        return Tls.load(files, clients, required, GrpcConnections::configured);
    }

    /**
     * Sets how connections that speak another protocol are turned away; called before the first connection.
     *
     * @param signpost tells where they belong
     */
    void turnAway(PortProtocols signpost, LogLimiter limit) {
        complaints = limit;
        SpokenProtocol[] alsoSpoken = allowsEncrypted ? new SpokenProtocol[] {SpokenProtocol.TLS} : new SpokenProtocol[0];
        misdirected = MisdirectedClients.of(signpost, limit, alsoSpoken);
        unencrypted = MisdirectedClients.unencrypted(signpost, limit);
    }

    /** Lets other nodes of the cluster pass connections on; called before the first connection. */
    public GrpcConnections forwarded(ForwardingTickets tickets) {
        forwarded = tickets;
        return this;
    }

    private static SslContextBuilder configured(SslContextBuilder builder) {
        return GrpcSslContexts.configure(builder, SslProvider.JDK).protocols("TLSv1.3", "TLSv1.2");
    }

    /** Opens a connection to another master's port: encrypted, unless encryption is off here. */
    ManagedChannel dial(InetSocketAddress address, EventLoopGroup group, Class<? extends Channel> type) {
        NettyChannelBuilder port = NettyChannelBuilder.forAddress(address)
                .eventLoopGroup(group)
                .channelType(type)
                .directExecutor()
                .maxInboundMessageSize(ANSWER_BYTES_MAX)
                .idleTimeout(IDLE_SECONDS, TimeUnit.SECONDS);
        if (!allowsEncrypted) { // what arrived encrypted, above all a signature, must not leave in the clear
            return port.usePlaintext().build();
        }
        try {
            // as this protocol's clients do: a port without an operator's certificate has one of its own
            return port.sslContext(GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK)
                    .trustManager(InsecureTrustManagerFactory.INSTANCE).build()).build();
        } catch (SSLException e) {
            throw new IllegalStateException("connections to other brokers cannot be encrypted", e);
        }
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
        if (tls != null && tls.context() != context) {
            context = tls.context();
            encrypted = InternalProtocolNegotiators.serverTls(context);
        } else if (encrypted == null) {
            try {
                SelfSigned created = SelfSigned.make("posthorse");
                encrypted = InternalProtocolNegotiators.serverTls(
                        configured(SslContextBuilder.forServer(created.key(), created.certificate())).build());
            } catch (GeneralSecurityException e) {
                throw new SSLException("no certificate could be made", e);
            }
        }
        return encrypted;
    }

    /** Counts a handshake: their number is limited, as on the other ports. */
    private void count(ChannelHandlerContext channel, KeyUpdates updates) {
        SslHandler handshake = channel.pipeline().get(SslHandler.class);
        if (handshake == null) {
            channel.pipeline().remove(updates);
            return;
        }
        updates.begin(handshake);
        InetAddress address = ForwardedClients.clientOf(channel.channel()).getAddress();
        UnidentifiedPeers.Place place = handshakes.enter(address, () -> close(channel.channel()));
        if (place == null) {
            close(channel.channel());
        } else {
            handshake.handshakeFuture().addListener(done -> place.leave());
        }
    }

    /** Closes a connection in whose place others are served. */
    private void close(Channel channel) {
        if (complaints != null && complaints.allows("strangers")) {
            LOG.info("Connection from {} is closed: too many connections have not logged in, or not completed their TLS"
                    + " handshake", ForwardedClients.clientOf(channel));
        }
        channel.close();
    }

    /** Stops reading from a client that does not read its answers, including those of the library itself. */
    static final class BackPressure extends ChannelInboundHandlerAdapter {
        @Override
        public void channelWritabilityChanged(ChannelHandlerContext channel) throws Exception {
            channel.channel().config().setAutoRead(channel.channel().isWritable());
            super.channelWritabilityChanged(channel);
        }
    }

    /**
     * The place of a connection: first among the strangers, then among those of a user, and always among those of its
     * address.
     */
    private final class Place {
        private final Channel channel;
        private final InetAddress address;
        private QuotaHolder holder;
        private Future<?> deadline;
        private UnidentifiedPeers.Place stranger;

        Place(Channel channel) {
            this.channel = channel;
            this.address = ForwardedClients.clientOf(channel).getAddress();
        }

        /** Enters it as a stranger; returns false where there are too many, in total or of its address. */
        boolean enter() {
            channel.closeFuture().addListener(closed -> leave());
            if (count(new QuotaHolder("", address))) {
                stranger = strangers.enter(address, () -> close(channel));
            }
            if (stranger == null) {
                return false;
            }
            deadline = channel.eventLoop().schedule(
                    () -> channel.close(), UnidentifiedPeers.STRANGER_MS, TimeUnit.MILLISECONDS);
            return true;
        }

        /** Assigns it to a user; returns false where the user has the maximum number. */
        boolean take(String user) {
            QuotaHolder before = holder;
            if (before == null) {
                return true; // it is closed
            }
            connections.give(before);
            if (!count(new QuotaHolder(user, address))) {
                connections.note(before, 1);
                holder = before;
                return false;
            }
            endStranger();
            return true;
        }

        private boolean count(QuotaHolder owner) {
            holder = connections.take(owner) ? owner : null;
            return holder != null;
        }

        private void endStranger() {
            if (deadline != null) {
                deadline.cancel(false);
                deadline = null;
                stranger.leave();
            }
        }

        private void leave() {
            endStranger();
            if (holder != null) {
                connections.give(holder);
                holder = null;
            }
        }
    }

    /** Reads the first bytes of a connection, then replaces itself by the handler for them. */
    private final class FirstBytes extends ByteToMessageDecoder {
        private final GrpcHttp2ConnectionHandler handler;
        private final KeyUpdates updates = new KeyUpdates();
        private final Newcomer newcomer = new Newcomer(user -> place().take(user));
        private Place place;
        private ProtocolNegotiationEvent begun;

        FirstBytes(GrpcHttp2ConnectionHandler handler) {
            this.handler = handler;
        }

        private Place place() {
            return place;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext channel) {
            channel.pipeline().addFirst(updates, new BackPressure());
            if (forwarded != null) {
                channel.pipeline().addFirst(new ForwardedClients(
                        forwarded, SpokenProtocol.GRPC.name(), strangers::enter, complaints));
            }
        }

        @Override
        public void channelActive(ChannelHandlerContext channel) throws Exception {
            place = new Place(channel.channel());
            if (!place.enter()) {
                if (complaints.allows("places")) {
                    LOG.info("Connection from {} is closed: too many connections are open in total, from its address, or"
                            + " by clients that are not identified yet", ForwardedClients.clientOf(channel.channel()));
                }
                channel.close();
            }
            super.channelActive(channel);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext channel, Object event) throws Exception {
            if (event instanceof ProtocolNegotiationEvent negotiation) {
                begun = negotiation; // for the next handler
            } else {
                super.userEventTriggered(channel, event);
            }
        }

        private ProtocolNegotiationEvent begun(Channel channel) {
            Attributes attributes = InternalProtocolNegotiationEvent.getAttributes(begun).toBuilder()
                    .set(CallerInterceptor.NEWCOMER, newcomer)
                    .set(CallerInterceptor.CLIENT, ForwardedClients.clientOf(channel))
                    .build();
            return InternalProtocolNegotiationEvent.withAttributes(begun, attributes);
        }

        @Override
        protected void decode(ChannelHandlerContext channel, ByteBuf in, List<Object> out) throws SSLException {
            MisdirectedClients closed = allowsPlain ? misdirected : unencrypted;
            SpokenProtocol spoken = closed.found(in);
            if (spoken != null) {
                in.skipBytes(in.readableBytes());
                closed.turnAway(channel, spoken);
                return;
            }
            if (in.readableBytes() < HEAD_BYTES || closed.needsMore(in)) {
                return;
            }
            boolean isEncrypted = SslHandler.isEncrypted(in, false);
            if (isEncrypted ? !allowsEncrypted : !allowsPlain) {
                in.skipBytes(in.readableBytes());
                channel.close();
                return;
            }
            channel.pipeline().addAfter(channel.name(), null, (isEncrypted ? encrypted() : plain).newHandler(handler));
            channel.fireUserEventTriggered(begun(channel.channel()));
            count(channel, updates);
            channel.pipeline().remove(this);
        }
    }
}
