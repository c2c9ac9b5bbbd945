package io.posthorse.server;

import io.netty.buffer.ByteBuf;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.FrameCodec;
import io.posthorse.codec.rocketmq.MalformedFrameException;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.codec.rocketmq.RequestHandler;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.net.Connection;
import io.posthorse.net.Session;
import java.net.InetSocketAddress;

/** A connection to a name server without a broker: cuts the input into frames, and answers them one after the other. */
final class NameServerSession implements Session, Peer {
    private static final int LENGTH_BYTES = 4;

    private final RequestHandler handler;
    private final Connection connection;

    NameServerSession(RequestHandler handler, Connection connection) {
        this.handler = handler;
        this.connection = connection;
        connection.admit(); // it has no access control
    }

    @Override
    public int read(ByteBuf in) {
        while (connection.takesMore() && in.readableBytes() >= LENGTH_BYTES) {
            int start = in.readerIndex();
            int length = FrameCodec.checkLength(in.getInt(start));
            if (in.readableBytes() < LENGTH_BYTES + length) {
                return LENGTH_BYTES + length;
            }
            Frame request = FrameCodec.decode(in.slice(start + LENGTH_BYTES, length));
            in.readerIndex(start + LENGTH_BYTES + length);
            if (!request.isResponse()) {
                handle(request);
            }
        }
        return 0;
    }

    private void handle(Frame request) {
        Frame answer;
        try {
            answer = handler.accepts(request.code())
                    ? handler.handle(this, request)
                    : request.refuse(ResponseCode.REQUEST_CODE_NOT_SUPPORTED,
                            " request type " + request.code() + " not supported: this is a name server alone");
        } catch (MalformedFrameException e) {
            answer = request.refuse(ResponseCode.INVALID_PARAMETER, e.getMessage());
        }
        if (answer != null && !request.isOneWay()) {
            send(answer);
        }
    }

    @Override
    public InetSocketAddress local() {
        return connection.local();
    }

    @Override
    public InetSocketAddress remote() {
        return connection.remote();
    }

    @Override
    public void send(Frame frame) {
        if (connection.isOpen()) {
            ByteBuf out = connection.buffer(256 + frame.body().length);
            FrameCodec.encode(frame, out);
            connection.send(out);
            connection.flush();
        }
    }

    @Override
    public void closed() {
        handler.closed(this);
    }
}
