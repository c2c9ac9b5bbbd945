package io.posthorse.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * The begin of a connection that waits for the one to the leader. It is not read from; but what a client sends before it
 * ends its side comes all the same.
 */
final class Arrival extends ChannelInboundHandlerAdapter {
    private static final int HELD_BYTES_MAX = 64 << 10;

    private final Consumer<Arrival> begun;
    private final Deque<ByteBuf> held = new ArrayDeque<>();
    private int heldBytes;
    private boolean hasEnded;

    /** @param begun runs once the connection is there */
    Arrival(Consumer<Arrival> begun) {
        this.begun = begun;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        begun.accept(this);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        held.add(bytes);
        heldBytes += bytes.readableBytes();
        if (heldBytes > HELD_BYTES_MAX) {
            context.close();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        hasEnded |= event == ChannelInputShutdownEvent.INSTANCE;
    }

    /** Passes on what came, and ends. */
    void passOn(ChannelHandlerContext own, SocketChannel leader) {
        while (!held.isEmpty()) {
            leader.write(held.remove());
        }
        if (hasEnded) {
            leader.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(sent -> Relay.end(leader));
        }
        own.pipeline().remove(this);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        while (!held.isEmpty()) {
            held.remove().release();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
