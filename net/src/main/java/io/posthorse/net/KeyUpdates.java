package io.posthorse.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;

/**
 * A guard that closes TLS 1.3 connections with excessive key updates: each costs the owner's thread far more than the peer.
 * From outside an update looks like data, so it counts encrypted bytes without data: a key update has 5 of them (RFC 8446,
 * 4.6.3). A peer may send 200, and one more for each 5 KiB of data; the standard asks for one in 64 GiB. Java's own TLS
 * pads each record of data with 16 bytes, which do not count; more padding does. It passes records on one by one, so that
 * the data of each is known, and is the first of all handlers from the connection's first byte.
 */
public final class KeyUpdates extends ChannelInboundHandlerAdapter {
    private static final int HEADER_BYTES = 5;
    private static final int LENGTH_AT = 3;
    private static final int APPLICATION_DATA = 23;
    /** The type of the content, and a tag of 16 bytes, which all cipher suites of TLS 1.3 in Java have. */
    private static final int OVERHEAD_BYTES = 17;
    /** Maximum padding that does not count, in a record with data. */
    private static final int PADDING_BYTES_MAX = 16;

    private static final int HIDDEN_BYTES_MAX = 1_000;
    private static final int DATA_PER_HIDDEN_BYTE = 1_024;

    private final byte[] header = new byte[HEADER_BYTES];
    private int headerBytes;
    private int bodyLeft;
    /** Encrypted bytes in whole records, without padding, and bytes of data. */
    private long encrypted;

    private long data;
    /** Value of {@link #data} when the present record began. */
    private long dataBefore;
    private boolean counts;

    /** Counts from the end of a handshake for TLS 1.3; otherwise removes itself. */
    public void begin(SslHandler handshake) {
        handshake.handshakeFuture().addListener(done -> {
            if (!done.isSuccess()) {
                return;
            }
            ChannelPipeline pipeline = ((Channel) done.getNow()).pipeline();
            if (handshake.engine().getSession().getProtocol().equals("TLSv1.3")) {
                counts = true;
                encrypted = 0;
                pipeline.addAfter(pipeline.context(handshake).name(), null, new Decrypted());
            } else {
                pipeline.remove(this);
            }
        });
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            while (in.isReadable()) {
                int end = recordEnd(in);
                boolean isWhole = bodyLeft == 0 && headerBytes == 0;
                context.fireChannelRead(in.readRetainedSlice(end - in.readerIndex()));
                if (isWhole) {
                    ended();
                }
            }
        } finally {
            in.release();
        }
    }

    /** Returns the end of the present record, or of its received part. */
    private int recordEnd(ByteBuf in) {
        int at = in.readerIndex();
        while (bodyLeft == 0 && at < in.writerIndex()) {
            header[headerBytes++] = in.getByte(at++);
            if (headerBytes == HEADER_BYTES) {
                headerBytes = 0;
                bodyLeft = bodyBytes();
                if (bodyLeft == 0) {
                    return at;
                }
            }
        }
        int taken = Math.min(bodyLeft, in.writerIndex() - at);
        bodyLeft -= taken;
        return at + taken;
    }

    /** Counts a whole record, whose data was passed on. */
    private void ended() {
        if (header[0] == APPLICATION_DATA) {
            long held = data - dataBefore;
            long inner = Math.max(0, bodyBytes() - OVERHEAD_BYTES);
            long padding = held > 0 && inner > held && inner - held <= PADDING_BYTES_MAX ? inner - held : 0;
            encrypted += inner - padding;
        }
        dataBefore = data;
    }

    private int bodyBytes() {
        return (header[LENGTH_AT] & 0xFF) << 8 | header[LENGTH_AT + 1] & 0xFF;
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.fireChannelReadComplete();
        if (counts && encrypted - data > HIDDEN_BYTES_MAX + data / DATA_PER_HIDDEN_BYTE) {
            context.close();
        }
    }

    /** A handler that counts the data of records. */
    private final class Decrypted extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            data += ((ByteBuf) message).readableBytes();
            context.fireChannelRead(message);
        }
    }
}
