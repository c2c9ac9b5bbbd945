package io.posthorse.net;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.ServerChannel;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.posthorse.platform.Clock;
import io.posthorse.platform.Timers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The event loop and its listeners. */
public final class Network implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Network.class);
    /**
     * Maximum bytes of one read: the batches that a producer has in flight fit, so few come in pieces. It begins with less,
     * so that many connections that send little take little memory.
     */
    private static final int READ_BYTES = 256 << 10;
    private static final int READ_BYTES_MIN = 2 << 10;
    private static final int READ_BYTES_FIRST = 16 << 10;
    private static final int BACKLOG = 1024;
    /** Connections accepted in one round of the loop, so that those of one peer do not keep the next one waiting. */
    private static final int ACCEPTED_AT_ONCE = 16;
    private static final int DIAL_MS = 5_000;
    private static final long STRANGERS_BYTES_MAX = 32L << 20;

    private final NetSettings settings;
    private final EventLoopGroup group;
    private final EventLoop loop;
    /** Computes handshakes, so that the owner never waits for a private key. */
    private final EventExecutor handshakes;
    private final LogLimiter complaints;
    private final List<Channel> listeners = new ArrayList<>();
    private final ChannelGroup dialled;
    private final ChannelGroup accepted;
    private final InboundLimits limits;
    private int connections;
    private Runnable received = () -> { };
    /** Null where no other node passes connections on. */
    private ForwardingTickets forwarded;

    public Network(NetSettings settings, Clock clock) {
        this.settings = settings;
        this.complaints = new LogLimiter(clock);
        long memory = settings.heapBytes();
        this.limits = new InboundLimits(
                UnidentifiedPeers.among(settings.connectionsMax()), settings.connectionsMax(), memory / 8,
                Math.min(STRANGERS_BYTES_MAX, memory / 16), settings.shares(), clock);
        IoHandlerFactory io = NativeTransport.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        this.group = OwnerLoop.group(new DefaultThreadFactory(settings.owner(), settings.daemon()), io);
        this.loop = group.next();
        this.handshakes = new DefaultEventExecutor(new DefaultThreadFactory("posthorse-handshakes", true));
        this.dialled = new DefaultChannelGroup(loop);
        this.accepted = new DefaultChannelGroup(loop);
    }

    /** Returns the maximum number of connections. */
    public int connectionsMax() {
        return settings.connectionsMax();
    }

    /** Sets a listener that runs on the owner's thread whenever bytes were received, before their session gets them. */
    public void onReceived(Runnable listener) {
        received = listener;
    }

    /** Lets other nodes pass connections on to the ports that are opened from now on with a guide to protocols. */
    public void forwarded(ForwardingTickets tickets) {
        forwarded = tickets;
    }

    /** Returns what lets other nodes pass connections on; null where none does. */
    public ForwardingTickets forwarded() {
        return forwarded;
    }

    /** Returns an executor on the owner's thread, after its present work. */
    public Executor owner() {
        return loop;
    }

    /**
     * Runs work on the owner's thread and waits for it; must not be called there.
     *
     * @throws IOException the work's own, or where this thread was interrupted
     */
    public <T> T onOwner(Callable<T> work) throws IOException {
        FutureTask<T> task = new FutureTask<>(work);
        owner().execute(task);
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw new IllegalStateException("the server could not be started or stopped", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** Returns timers on the owner's thread. */
    public Timers timers() {
        return (delayMs, task) -> {
            Future<?> scheduled = loop.schedule(task, delayMs, TimeUnit.MILLISECONDS);
            return () -> scheduled.cancel(false);
        };
    }

    /** Returns a port that is free on a host at this moment. */
    public static int freePort(String host) throws ListenException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getByName(host))) {
            return probe.getLocalPort();
        } catch (IOException e) {
            throw ListenException.of(new InetSocketAddress(host, 0), e);
        }
    }

    /**
     * Accepts connections on an address.
     *
     * @param tls encryption, or null for none
     * @return the address, with the free port where 0 was asked for
     * @throws ListenException where the address is in use or not this machine's; the message says which
     */
    public InetSocketAddress listen(InetSocketAddress address, Tls tls, SessionFactory sessions) throws ListenException {
        return listen(address, tls, sessions, null);
    }

    /**
     * Accepts connections on an address, and detects clients of other protocols.
     *
     * @param signpost names the right ports for other protocols; null where all bytes go to the session
     */
    public InetSocketAddress listen(InetSocketAddress address, Tls tls, SessionFactory sessions, PortProtocols signpost)
            throws ListenException {
        Class<? extends ServerChannel> type =
                NativeTransport.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(group)
                .channel(type)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.RECVBUF_ALLOCATOR, accepting())
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .childOption(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator(READ_BYTES_MIN, READ_BYTES_FIRST, READ_BYTES))
                .childOption(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(settings.unsentBytesMax() / 2, settings.unsentBytesMax()))
                .childHandler(new Initializer(sessions, tls, signpost));
        var bound = bootstrap.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw ListenException.of(address, bound.cause());
        }
        listeners.add(bound.channel());
        return (InetSocketAddress) bound.channel().localAddress();
    }

    /**
     * Returns an allocator that lets a listener accept until no connection waits or the maximum is reached. By default
     * Netty's epoll listener stops after one: it takes the number of a socket for a count of bytes.
     */
    private static RecvByteBufAllocator accepting() {
        return new ServerChannelRecvByteBufAllocator().respectMaybeMoreData(false).maxMessagesPerRead(ACCEPTED_AT_ONCE);
    }

    /**
     * Connects to another process; the session begins, or {@code failed} runs, on the owner's thread.
     *
     * @param address resolved already, since that may block
     */
    public void dial(InetSocketAddress address, SessionFactory sessions, Runnable failed) {
        dial(address, null, sessions, failed);
    }

    /**
     * Connects to another process as above; what the session sends waits for the handshake.
     *
     * @param tls encryption, or null for none
     */
    public void dial(InetSocketAddress address, DialTls tls, SessionFactory sessions, Runnable failed) {
        Class<? extends SocketChannel> type =
                NativeTransport.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class;
        new Bootstrap()
                .group(loop)
                .channel(type)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, DIAL_MS)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES))
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        dialled.add(channel);
                        if (tls != null) {
                            channel.pipeline().addLast(tls.handler(channel.alloc(), address, handshakes));
                        }
                        channel.pipeline().addLast(new SessionHandler(sessions, null, complaints, () -> received.run()));
                    }
                })
                .connect(address)
                .addListener(connected -> {
                    if (!connected.isSuccess()) {
                        failed.run();
                    }
                });
    }

    /** Stops accepting; connections stay. */
    public void stopListening() {
        listeners.forEach(l -> l.close().awaitUninterruptibly());
        listeners.clear();
    }

    /** Stops accepting and closes all connections. */
    public void closeConnections() {
        stopListening();
        dialled.close().awaitUninterruptibly();
        accepted.close().awaitUninterruptibly();
    }

    /** Stops accepting, and closes all accepted connections but those of a port. */
    public void closeAcceptedBut(int port) {
        listeners.forEach(l -> l.close().awaitUninterruptibly());
        accepted.close(channel -> ((InetSocketAddress) channel.localAddress()).getPort() != port).awaitUninterruptibly();
    }

    @Override
    public void close() {
        closeConnections();
        handshakes.shutdownGracefully(0, 10, TimeUnit.SECONDS).awaitUninterruptibly();
        group.shutdownGracefully(0, 10, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private final class Initializer extends ChannelInitializer<SocketChannel> {
        private final SessionFactory sessions;
        private final Tls tls;
        private final PortProtocols signpost;
        private final ForwardingTickets tickets;
        /** Null where all protocols are accepted. */
        private final MisdirectedClients strays;
        /** Closes unencrypted connections; null where encryption is not required. */
        private final MisdirectedClients unencrypted;

        Initializer(SessionFactory sessions, Tls tls, PortProtocols signpost) {
            this.sessions = sessions;
            this.tls = tls;
            this.signpost = signpost;
            this.tickets = signpost == null ? null : forwarded;
            this.strays = signpost == null ? null : MisdirectedClients.of(signpost, complaints);
            this.unencrypted = signpost == null || tls == null || !tls.isRequired()
                    ? null
                    : MisdirectedClients.unencrypted(signpost, complaints);
        }

        @Override
        protected void initChannel(SocketChannel channel) {
            if (connections >= settings.connectionsMax()) {
                if (complaints.allows("connections.max")) {
                    LOG.warn("Connection from {} is closed: there are {} already (connections.max)", channel.remoteAddress(),
                            connections);
                }
                channel.close();
                return;
            }
            connections++;
            accepted.add(channel);
            channel.closeFuture().addListener(f -> connections--);
            channel.pipeline()
                    .addLast(new IdleStateHandler(0, 0, settings.idleSeconds()));
            if (strays != null) {
                channel.pipeline().addLast(new FirstBytesHandler(strays));
            }
            channel.pipeline().addLast(new SessionHandler(sessions, limits, complaints, () -> received.run()));
            if (tls != null) {
                tls.addTo(channel.pipeline(), channel.alloc(), handshakes);
            }
            if (unencrypted != null) {
                channel.pipeline().addFirst(new FirstBytesHandler(unencrypted));
            }
            if (tickets != null) {
                channel.pipeline().addFirst(new ForwardedClients(
                        tickets, signpost.speaks().name(), limits::enter, complaints));
            }
        }
    }
}
