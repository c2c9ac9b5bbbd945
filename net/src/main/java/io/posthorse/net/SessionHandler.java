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
    /** The begin of a frame that has not come whole, or null. */
    private ByteBuf rest;
    /** Bytes of that frame to wait for, as the session said; 0 where it can't tell yet. */
    private int needed;

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
            while (rest != null && in.isReadable()) {
                complete(context, in);
            }
            if (in.isReadable()) {
                keep(context, in, session.read(in));
            }
        } finally {
            in.release();
        }
    }

    /** Takes what the kept frame lacks and no more of what follows: only a frame that came in pieces is copied. */
    private void complete(ChannelHandlerContext context, ByteBuf in) {
        int lacks = needed > rest.readableBytes() ? needed - rest.readableBytes() : in.readableBytes();
        rest.writeBytes(in, Math.min(lacks, in.readableBytes()));
        ByteBuf before = rest;
        int more = session.read(before);
        if (before.readerIndex() == 0) {
            needed = more;
            before.ensureWritable(Math.max(0, more - before.readableBytes()));
            return;
        }
        rest = null;
        keep(context, before, more);
        before.release();
    }

    private void keep(ChannelHandlerContext context, ByteBuf in, int more) {
        int left = in.readableBytes();
        if (left > 0) {
            needed = more;
            rest = context.alloc().directBuffer(Math.max(more, left + 1024)).writeBytes(in);
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
        } else if (event == Connection.RESUMED && rest != null) {
            ByteBuf before = rest;
            rest = null;
            try {
                keep(context, before, session.read(before));
            } finally {
                before.release();
            }
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
