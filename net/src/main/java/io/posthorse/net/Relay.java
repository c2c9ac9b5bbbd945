package io.posthorse.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageEncoder;
import io.netty.handler.codec.haproxy.HAProxyProtocolVersion;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol;
import io.netty.handler.codec.haproxy.HAProxyTLV;
import io.netty.util.ReferenceCountUtil;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One direction of a connection that is passed on: what comes here goes out there, at the speed of the slower side. Where
 * one side sends no more, the other learns that and may still answer; where one side ends, both do.
 */
final class Relay extends ChannelDuplexHandler {
    /** Time in ms in which a side takes the last bytes of the other one, which has ended. */
    private static final long LINGER_MS = 10_000;

    private final SocketChannel other;
    /** Notes an end before any byte came from there; null for the client's side. */
    private Runnable endedAtOnce;

    private Relay(SocketChannel other, Runnable endedAtOnce) {
        this.other = other;
        this.endedAtOnce = endedAtOnce;
    }

    /** Prepares a connection to the leader for its header, which has to come at once. */
    static void prepare(SocketChannel leader) {
        leader.pipeline().addLast(HAProxyMessageEncoder.INSTANCE);
    }

    /** Joins a client's connection with one to the leader, of which nothing was read yet. */
    static void join(
            SocketChannel client, Arrival arrival, SocketChannel leader, Splices.Target target, HAProxyMessage header) {
        leader.write(header);
        leader.pipeline().remove(HAProxyMessageEncoder.class);
        arrival.passOn(client.pipeline().context(arrival), leader);
        leader.flush();
        leader.pipeline().addLast(new Relay(client, target::failed));
        client.pipeline().addLast(new Relay(leader, null));
        read(leader, true);
        read(client, true);
    }

    /** Reads on or pauses. From a side that has ended nothing more comes, and the system may have dropped its socket. */
    private static void read(SocketChannel channel, boolean on) {
        if (channel.isInputShutdown()) {
            return;
        }
        try {
            channel.config().setAutoRead(on);
        } catch (UncheckedIOException e) {
            channel.close();
        }
    }

    /** Returns the header that vouches for a client. */
    static HAProxyMessage header(SocketChannel client, ForwardingTicket ticket, String purpose) {
        InetSocketAddress from = plain(client.remoteAddress());
        InetSocketAddress to = plain(client.localAddress());
        byte[] seal = ticket.seal(purpose, from, to);
        return new HAProxyMessage(
                HAProxyProtocolVersion.V2, HAProxyCommand.PROXY,
                from.getAddress() instanceof Inet4Address ? HAProxyProxiedProtocol.TCP4 : HAProxyProxiedProtocol.TCP6,
                from.getAddress().getHostAddress(), to.getAddress().getHostAddress(), from.getPort(), to.getPort(),
                List.of(new HAProxyTLV(ForwardedClients.SEAL_TYPE, Unpooled.wrappedBuffer(seal))));
    }

    /** Returns an address without the zone that one of a link has on this machine. */
    private static InetSocketAddress plain(InetSocketAddress address) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(address.getAddress().getAddress()), address.getPort());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has a length that none has", e);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        endedAtOnce = null;
        if (other.isActive()) {
            other.write((ByteBuf) message, other.voidPromise());
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        other.flush();
        read((SocketChannel) context.channel(), other.isWritable());
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        read(other, context.channel().isWritable());
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            tellEnd();
            SocketChannel own = (SocketChannel) context.channel();
            other.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(sent -> end(other));
            closeIfOver(own);
        }
    }

    /** Ends one direction, behind everything that was sent in it. */
    static void end(SocketChannel to) {
        to.shutdownOutput().addListener(done -> closeIfOver(to));
    }

    /** Closes a connection that has ended in both directions: nobody else does. */
    private static void closeIfOver(SocketChannel channel) {
        if (channel.isInputShutdown() && channel.isOutputShutdown()) {
            channel.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        tellEnd();
        if (other.isActive()) {
            other.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            context.executor().schedule(() -> other.close(), LINGER_MS, TimeUnit.MILLISECONDS);
        }
    }

    private void tellEnd() {
        if (endedAtOnce != null && other.isActive() && !other.isInputShutdown()) { // the client would have gone on
            endedAtOnce.run();
        }
        endedAtOnce = null;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
