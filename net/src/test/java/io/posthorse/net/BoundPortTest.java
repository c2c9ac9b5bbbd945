package io.posthorse.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A port that is open before anything accepts connections from it. */
class BoundPortTest {
    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private static BoundPort open(boolean isNative, InetSocketAddress address) throws IOException {
        return isNative ? BoundPort.open(address) : BoundPort.ofNio(address);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoComesBeforeItIsServedWaitsAndIsServedThen(boolean isNative) throws Exception {
        boolean epoll = isNative && NativeTransport.isAvailable();
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(
                1, epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        BoundPort port = open(isNative, ANY);
        try (Socket early = new Socket(ANY.getAddress(), port.port())) {
            early.setSoTimeout(15_000);
            new ServerBootstrap().group(group).channelFactory(port.channels()).childHandler(new Greeting())
                    .bind(port.address()).sync();
            assertEquals('h', early.getInputStream().read());
            try (Socket late = new Socket(ANY.getAddress(), port.port())) {
                late.setSoTimeout(15_000);
                assertEquals('h', late.getInputStream().read());
            }
        } finally {
            group.shutdownGracefully(0, 2, TimeUnit.SECONDS).sync();
        }
        open(isNative, new InetSocketAddress(ANY.getAddress(), port.port())).close();
    }

    private static final class Greeting extends ChannelInitializer<SocketChannel> {
        @Override
        protected void initChannel(SocketChannel channel) {
            channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                @Override
                public void channelActive(ChannelHandlerContext context) {
                    context.writeAndFlush(Unpooled.copiedBuffer(new byte[] {'h'}));
                }
            });
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsTakenOrClosedAgainIsKnown(boolean isNative) throws IOException {
        BoundPort first = open(isNative, ANY);
        InetSocketAddress same = new InetSocketAddress(ANY.getAddress(), first.port());
        assertEquals(ListenException.Reason.TAKEN, assertThrows(ListenException.class, () -> BoundPort.open(same)).reason());
        first.close();
        BoundPort second = open(isNative, same);
        assertTrue(second.port() == first.port());
        second.close();
    }
}
