package io.posthorse.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.timeout.IdleStateEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries bytes between a socket and its session. What a session leaves is kept for the next read; reading stops while
 * the peer does not take what it is sent. Whatever goes wrong in here ends this connection and nothing else.
 */
final class SessionHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(SessionHandler.class);

    private final SessionFactory factory;
    private final Complaints complaints;
    private Connection connection;
    private Session session;
    private ByteBuf rest;

    SessionHandler(SessionFactory factory, Complaints complaints) {
        this.factory = factory;
        this.complaints = complaints;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        connection = new Connection(context.channel());
        session = factory.open(connection);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            if (rest == null) {
                int needed = session.read(in);
                keep(context, in, needed);
            } else {
                rest.writeBytes(in);
                int needed = session.read(rest);
                shrink(context, needed);
            }
        } finally {
            in.release();
        }
    }

    private void keep(ChannelHandlerContext context, ByteBuf in, int needed) {
        int left = in.readableBytes();
        if (left > 0) {
            rest = context.alloc().directBuffer(Math.max(needed, left + 1024)).writeBytes(in);
        }
    }

    private void shrink(ChannelHandlerContext context, int needed) {
        if (!rest.isReadable()) {
            rest.release();
            rest = null;
        } else if (rest.readerIndex() > 0) {
            ByteBuf before = rest;
            rest = null;
            keep(context, before, needed);
            before.release();
        } else {
            rest.ensureWritable(Math.max(0, needed - rest.readableBytes()));
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (connection != null) {
            connection.applyReading();
            if (connection.isWritable() && session != null) {
                session.writable();
            }
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof IdleStateEvent) {
            context.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (rest != null) {
            rest.release();
            rest = null;
        }
        if (session != null) {
            session.closed();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof java.io.IOException) && complaints.allows(cause.getClass().getSimpleName())) {
            LOG.warn("Connection from {} is closed: {}", context.channel().remoteAddress(), cause.toString(),
                    cause instanceof RuntimeException && cause.getStackTrace().length > 0 ? cause : null);
        }
        context.close();
    }
}
