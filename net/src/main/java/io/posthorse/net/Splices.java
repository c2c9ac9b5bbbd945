package io.posthorse.net;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
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
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.posthorse.platform.Clock;
import io.posthorse.platform.Quota;
import io.posthorse.platform.QuotaHolder;
import io.posthorse.platform.QuotaShares;
import io.posthorse.platform.Timers;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ports whose connections go on to the same ports of another process, bytes unchanged behind a header that says who the
 * client is (see {@link ForwardedClients}). While no target is known, new connections wait for one for at most
 * {@value #WAIT_MS} ms. An event loop of its own carries the bytes. Any thread may call it.
 */
public final class Splices implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Splices.class);
    static final long WAIT_MS = 10_000;
    private static final long RETRY_MS = 50;
    private static final int DIAL_MS = 3_000;
    private static final int BACKLOG = 1024;
    /** Bytes of one read, and bytes that wait in one direction above which reading stops. */
    private static final int READ_BYTES = 16 << 10;
    private static final int UNSENT_BYTES_MAX = 16 << 10;
    /** Memory of one connection at most: both directions, what waits and one read more. */
    private static final int CONNECTION_BYTES = 2 * (UNSENT_BYTES_MAX + READ_BYTES);

    private final EventLoopGroup group;
    private final EventLoop loop;
    private final ChannelGroup clients;
    private final int connectionsMax;
    private final Quota places;
    private final Clock clock = Clock.system();
    private final LogLimiter complaints;
    private final List<Channel> listeners = new ArrayList<>();
    private volatile Target target;

    /** The process to which connections go. */
    public interface Target {
        /** Returns what tells this process from another one: connections stay where it is the same. */
        String name();

        /** Returns the address for the connections of a port; null where it has no such port. */
        InetSocketAddress address(String purpose);

        /** Returns the ticket with which this node vouches for its clients. */
        ForwardingTicket ticket();

        /** Notes that a connection was not taken. */
        void failed();
    }

    /**
     * @param connectionsMax maximum number of connections; less where an eighth of the memory does not suffice for them
     * @param shares of them that one address may have
     */
    public Splices(int connectionsMax, QuotaShares shares, boolean daemon) {
        this.group = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("posthorse-splices", daemon),
                NativeTransport.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        this.loop = group.next();
        this.clients = new DefaultChannelGroup(loop);
        this.complaints = new LogLimiter(clock);
        long possible = Math.max(64, Runtime.getRuntime().maxMemory() / 8 / CONNECTION_BYTES);
        this.connectionsMax = (int) Math.min(connectionsMax, possible);
        this.places = new Quota(this.connectionsMax, shares);
    }

    /**
     * Accepts connections on an address; returns it, with the free port where 0 was asked for.
     *
     * @param purpose of the port, the same text on all nodes
     * @throws ListenException where the address is in use or not this machine's
     */
    public synchronized InetSocketAddress listen(InetSocketAddress address, String purpose) throws ListenException {
        Class<? extends ServerChannel> type =
                NativeTransport.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
        var bound = new ServerBootstrap()
                .group(group)
                .channel(type)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES))
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, waterMark())
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        accept(channel, purpose);
                    }
                })
                .bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw ListenException.of(address, bound.cause());
        }
        listeners.add(bound.channel());
        return (InetSocketAddress) bound.channel().localAddress();
    }

    private static WriteBufferWaterMark waterMark() {
        return new WriteBufferWaterMark(UNSENT_BYTES_MAX / 2, UNSENT_BYTES_MAX);
    }

    /** Closes the ports and all connections; {@link #listen} may open them again. */
    public synchronized void stop() {
        listeners.forEach(listener -> listener.close().awaitUninterruptibly());
        listeners.clear();
        clients.close().awaitUninterruptibly();
    }

    /** Sends new connections to a process, and closes those to another one; null where none is known. */
    public void to(Target next) {
        Target before = target;
        target = next;
        if (before != null && (next == null || !next.name().equals(before.name()))) {
            clients.close();
        }
    }

    /** Returns an executor on the thread of the connections, after its present work. */
    public Executor owner() {
        return loop;
    }

    /** Returns timers on the thread of the connections. */
    public Timers timers() {
        return (delayMs, task) -> {
            Future<?> scheduled = loop.schedule(task, delayMs, TimeUnit.MILLISECONDS);
            return () -> scheduled.cancel(false);
        };
    }

    // ---- on the loop

    private void accept(SocketChannel client, String purpose) {
        QuotaHolder holder = new QuotaHolder("", client.remoteAddress().getAddress());
        if (!places.take(holder)) {
            if (complaints.allows("many")) {
                LOG.warn("Connection from {} is closed: {} connections are passed on to the leader at most, and a share of"
                        + " them for one address.", client.remoteAddress(), connectionsMax);
            }
            client.close();
            return;
        }
        client.closeFuture().addListener(closed -> places.give(holder));
        clients.add(client);
        client.pipeline().addLast(new Arrival(arrival -> {
            long until = clock.nanos() + TimeUnit.MILLISECONDS.toNanos(WAIT_MS);
            connect(new Waiting(client, arrival, purpose, until));
        }));
    }

    /**
     * A connection of which nothing has been passed on yet.
     *
     * @param until time in ns at which it is closed
     */
    private record Waiting(SocketChannel client, Arrival arrival, String purpose, long until) {}

    private void connect(Waiting one) {
        if (!one.client.isActive()) {
            return;
        }
        Target now = target;
        InetSocketAddress address = now == null ? null : now.address(one.purpose);
        if (now != null && address == null) {
            complain(one.client, "the leader has no such port");
        } else if (now != null) {
            dial(one, now, address);
        } else {
            again(one, "no node of the cluster is known to lead and serve clients");
        }
    }

    private void again(Waiting one, String why) {
        if (clock.nanos() - one.until >= 0) {
            complain(one.client, why);
        } else {
            loop.schedule(() -> connect(one), RETRY_MS, TimeUnit.MILLISECONDS);
        }
    }

    private void complain(SocketChannel client, String why) {
        if (complaints.allows("target")) {
            LOG.info("Connection from {} is closed: it cannot be passed on, since {}.", client.remoteAddress(), why);
        }
        client.close();
    }

    private void dial(Waiting one, Target now, InetSocketAddress address) {
        Class<? extends SocketChannel> type =
                NativeTransport.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class;
        new Bootstrap()
                .group(loop)
                .channel(type)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, DIAL_MS)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES))
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, waterMark())
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        Relay.prepare(channel);
                    }
                })
                .connect(address)
                .addListener(done -> {
                    if (!done.isSuccess()) {
                        now.failed();
                        again(one, "its port " + HostPort.text(address.getHostString(), address.getPort())
                                + " cannot be reached");
                        return;
                    }
                    SocketChannel leader = (SocketChannel) ((ChannelFuture) done).channel();
                    Target present = target;
                    if (!one.client.isActive() || present == null || !present.name().equals(now.name())) {
                        leader.close();
                        one.client.close();
                    } else {
                        HAProxyMessage header = Relay.header(one.client, now.ticket(), one.purpose);
                        Relay.join(one.client, one.arrival, leader, now, header);
                    }
                });
    }

    @Override
    public void close() {
        stop();
        group.shutdownGracefully(0, 10, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
