package io.posthorse.net;

import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.Socket;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * A port that is open before a listener accepts its connections: the system queues them. A listener whose library takes
 * long to load takes the port over when it is ready.
 */
public final class BoundPort implements Closeable {
    private static final int BACKLOG = 1024;

    private final Closeable socket;
    private final ChannelFactory<ServerChannel> channels;
    private final InetSocketAddress address;
    private volatile boolean isHandedOver;

    private BoundPort(Closeable socket, ChannelFactory<ServerChannel> channels, InetSocketAddress address) {
        this.socket = socket;
        this.channels = channels;
        this.address = address;
    }

    /**
     * Opens a port; 0 stands for any free one.
     *
     * @throws ListenException where the address is not available
     */
    public static BoundPort open(InetSocketAddress address) throws ListenException {
        try {
            return NativeTransport.isAvailable() ? ofEpoll(address) : ofNio(address);
        } catch (IOException | RuntimeException e) {
            throw ListenException.of(address, e);
        }
    }

    private static BoundPort ofEpoll(InetSocketAddress address) throws IOException {
        Socket socket = Socket.newSocketStream();
        try {
            socket.setReuseAddress(true);
            socket.bind(address);
            socket.listen(BACKLOG);
            int descriptor = socket.intValue();
            return new BoundPort(socket::close, () -> ofDescriptor(descriptor), socket.localAddress());
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private static ServerChannel ofDescriptor(int descriptor) {
        ServerChannel channel = new EpollServerSocketChannel(descriptor);
        channel.pipeline().addLast(new Bound());
        return channel;
    }

    /** The same without the system's own transport. */
    static BoundPort ofNio(InetSocketAddress address) throws IOException {
        Nio channel = new Nio();
        try {
            channel.open(address);
            return new BoundPort(channel::doClose, () -> channel, channel.localAddress());
        } catch (Exception e) {
            channel.doClose();
            throw e instanceof IOException cause ? cause : new IOException(e.getMessage(), e);
        }
    }

    public int port() {
        return address.getPort();
    }

    /** Returns its address. */
    public InetSocketAddress address() {
        return address;
    }

    /**
     * Returns the factory of the one channel that accepts the port's connections, and that closes the port when it is
     * closed.
     */
    public ChannelFactory<ServerChannel> channels() {
        return () -> {
            isHandedOver = true;
            return channels.newChannel();
        };
    }

    /** Closes the port, unless a channel does. */
    @Override
    public void close() throws IOException {
        if (!isHandedOver) {
            socket.close();
        }
    }

    /** A channel that is bound before any event loop has it. */
    private static final class Nio extends NioServerSocketChannel {
        void open(InetSocketAddress address) throws Exception {
            config().setReuseAddress(true).setBacklog(BACKLOG);
            super.doBind(address);
        }

        @Override
        protected void doBind(SocketAddress local) {
            // already bound
        }

        @Override
        protected void doClose() throws IOException {
            try {
                super.doClose();
            } catch (Exception e) {
                throw e instanceof IOException cause ? cause : new IOException(e);
            }
        }
    }

    /** A handler that ignores a bind, since the address is already bound. */
    private static final class Bound extends ChannelOutboundHandlerAdapter {
        @Override
        public void bind(ChannelHandlerContext context, SocketAddress local, ChannelPromise promise) {
            promise.setSuccess();
        }
    }
}
