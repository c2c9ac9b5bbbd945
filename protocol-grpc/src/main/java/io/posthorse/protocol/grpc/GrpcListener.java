package io.posthorse.protocol.grpc;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import io.netty.util.internal.logging.Slf4JLoggerFactory;
import io.posthorse.broker.Shard;
import io.posthorse.format.rocketmq.OnlineClients;
import io.posthorse.format.rocketmq.RocketmqSettings;
import io.posthorse.format.rocketmq.Routes;
import io.posthorse.net.BoundPort;
import io.posthorse.net.LogLimiter;
import io.posthorse.net.NativeTransport;
import io.posthorse.net.PortProtocols;
import io.posthorse.platform.Background;
import io.posthorse.platform.Clock;
import io.posthorse.platform.Entropy;
import io.posthorse.platform.Timers;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The port of this protocol. A thread of its own handles HTTP/2, encryption and the protocol's bytes; the owner's thread
 * carries out the calls.
 */
public final class GrpcListener implements AutoCloseable {
    /** Maximum length of a body that the settings may allow, in bytes; the present setting is checked as bytes arrive. */
    private static final int BODY_BYTES_MAX = 64 << 20;
    private static final int METADATA_BYTES_MAX = 16 << 10;
    private static final int CALLS_PER_CONNECTION_MAX = 1_024;
    /** Maximum number of calls that a connection may reset in these seconds, as a consumer does when it stops. */
    private static final int RESETS_MAX = 2 * CALLS_PER_CONNECTION_MAX;
    private static final int RESETS_SECONDS = 10;
    private static final int WINDOW_BYTES = 1 << 20;
    private static final long HANDSHAKE_SECONDS = 10;
    private static final long KEEP_ALIVE_SECONDS = 60;
    private static final long PERMITTED_PING_SECONDS = 5;
    private static final long CLOSE_SECONDS = 2;

    /** Logger to which the library writes every frame, with signatures and bodies, which must not be logged. */
    private static final String FRAMES = "io.grpc.netty.NettyServerHandler";
    /** Logger for them that is off. It has a name of our own, since all users of gRPC in the JVM share Java's loggers. */
    private static final Logger NOWHERE = Logger.getLogger("io.posthorse.protocol.grpc.frames");

    static {
        LibraryLog.install();
        NOWHERE.setLevel(Level.OFF);
        InternalLoggerFactory.setDefaultFactory(new WithoutFrames());
    }

    /** The library's logger factory without its frames, which go to a Java logger that is off. */
    @SuppressWarnings("deprecation")
    private static final class WithoutFrames extends Slf4JLoggerFactory {
        private final Off off = new Off();

        private static final class Off extends JdkLoggerFactory {
            InternalLogger logger(String name) {
                return newInstance(name);
            }
        }

        @Override
        public InternalLogger newInstance(String name) {
            return name.equals(FRAMES) ? off.logger(NOWHERE.getName()) : super.newInstance(name);
        }
    }

    private final EventLoopGroup group;
    private final Server server;
    private final Runnable stop;

    /** @param stop ends the protocol's requests to other masters */
    private GrpcListener(EventLoopGroup group, Server server, Runnable stop) {
        this.group = group;
        this.stop = stop;
        this.server = server;
    }

    /**
     * Accepts calls on a port.
     *
     * @param bound port that is already open
     * @param reader reads messages that may be on the disk only
     * @param names resolves host names; may wait for long
     * @param online registers this protocol's clients
     * @param routes finds the brokers of topics
     * @param access users and rules, or null where access control is off
     * @param owner runs tasks on the owner's thread
     * @param connections decides which connections are encrypted, and how
     * @param signpost tells where clients of other protocols belong
     * @param daemon whether the JVM may end while this thread runs
     * @throws IOException where the port cannot be opened
     */
    public static GrpcListener open(
            BoundPort bound, Shard shard, Clock clock, Timers timers, Background reader, Background names,
            Entropy entropy, RocketmqSettings settings, OnlineClients online, Routes routes, GrpcAccess access,
            Executor owner, GrpcConnections connections, PortProtocols signpost, boolean daemon) throws IOException {
        boolean epoll = NativeTransport.isAvailable();
        IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        connections.turnAway(signpost, new LogLimiter(clock));
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("posthorse-grpc", daemon), io);
        Class<? extends Channel> dialled = epoll ? EpollSocketChannel.class : NioSocketChannel.class;
        OtherPorts ports = new OtherPorts(
                to -> connections.dial(to, group, dialled), names, owner, settings.shares());
        GrpcProtocol protocol = CompletableFuture.supplyAsync(
                () -> new GrpcProtocol(
                        shard, clock, timers, reader, entropy, settings, online, routes, ports, access, owner,
                        group.next()), owner).join();
        CallerInterceptor callers = new CallerInterceptor(protocol.gate(), owner, group.next(), settings.shares());
        Server server = NettyServerBuilder.forAddress(bound.address())
                .bossEventLoopGroup(group)
                .workerEventLoopGroup(group)
                .channelFactory(bound.channels())
                .directExecutor()
                .protocolNegotiator(connections)
                .maxInboundMessageSize(RequestAssembly.messageMax(BODY_BYTES_MAX))
                .maxInboundMetadataSize(METADATA_BYTES_MAX)
                .maxConcurrentCallsPerConnection(CALLS_PER_CONNECTION_MAX)
                .maxRstFramesPerWindow(RESETS_MAX, RESETS_SECONDS)
                .flowControlWindow(WINDOW_BYTES)
                .handshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                .permitKeepAliveTime(PERMITTED_PING_SECONDS, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .addStreamTracerFactory(new RequestAssembly(settings::messageBytesMax, settings.shares()))
                .addTransportFilter(callers)
                .intercept(callers)
                .addService(protocol.service())
                .build();
        try {
            server.start();
        } catch (IOException e) {
            group.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS);
            throw e;
        }
        return new GrpcListener(group, server, () -> CompletableFuture.runAsync(protocol::stop, owner).join());
    }

    /** Returns the port, the assigned one where 0 was requested. */
    public int port() {
        return server.getPort();
    }

    /** Stops accepting connections and ends all calls. */
    @Override
    public void close() {
        stop.run();
        server.shutdownNow();
        group.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
