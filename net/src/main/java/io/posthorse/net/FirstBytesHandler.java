package io.posthorse.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;

/**
 * Looks at the first bytes of a connection, and makes way unless it is a stray. Holds no more than some bytes back, and only
 * as long as they may be those of another protocol.
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
            held = in;
        } else {
            context.fireChannelRead(in);
            if (!context.isRemoved()) {
                context.pipeline().remove(this);
            }
        }
    }

    /** Nothing more comes: what was held back is all there is. */
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
