package io.posthorse.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;

/**
 * A handler that checks the first bytes of a connection, and removes itself unless the client is misdirected. It holds back
 * only a few bytes, and only while they may belong to another protocol.
 */
final class FirstBytesHandler extends ChannelInboundHandlerAdapter {
    private final MisdirectedClients strays;
    private ByteBuf held;
    private boolean isTurnedAway;

    FirstBytesHandler(MisdirectedClients strays) {
        this.strays = strays;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        if (isTurnedAway) {
            in.release();
            return;
        }
        if (held != null) {
            ByteBuf all = context.alloc().buffer(held.readableBytes() + in.readableBytes()).writeBytes(held).writeBytes(in);
            release();
            in.release();
            in = all;
        }
        SpokenProtocol spoken = strays.found(in);
        if (spoken != null) {
            isTurnedAway = true;
            in.release();
            strays.turnAway(context, spoken);
        } else if (strays.needsMore(in)) {
            held = context.alloc().buffer(in.readableBytes()).writeBytes(in); // some bytes do not keep a whole read's buffer
            in.release();
        } else {
            context.fireChannelRead(in);
            if (!context.isRemoved()) {
                context.pipeline().remove(this);
            }
        }
    }

    /** Passes held bytes on when the peer sends no more. */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            passHeld(context);
        }
        context.fireUserEventTriggered(event);
    }

    private void passHeld(ChannelHandlerContext context) {
        if (held != null) {
            ByteBuf in = held;
            held = null;
            context.fireChannelRead(in);
        }
    }

    private void release() {
        if (held != null) {
            held.release();
            held = null;
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        release();
    }
}
