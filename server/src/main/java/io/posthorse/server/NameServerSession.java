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
import io.posthorse.protocol.rocketmq.NameServerGate;
import java.net.InetSocketAddress;

/** A connection to a name server without a broker: cuts the input into frames, and answers them one after the other. */
final class NameServerSession implements Session, Peer {
    private static final int LENGTH_BYTES = 4;

    private final RequestHandler handler;
    private final Connection connection;
    /** Null without access control. */
    private final NameServerGate gate;
    private final NameServerGate.Caller caller;

    /** @param gate checks who asks; null where everybody may */
    NameServerSession(RequestHandler handler, Connection connection, NameServerGate gate) {
        this.handler = handler;
        this.connection = connection;
        this.gate = gate;
        this.caller = new NameServerGate.Caller(connection.remote().getAddress());
        if (gate == null) {
            connection.admit();
        }
    }

    /** Returns the name of the user who signed the last request; empty where there is none. */
    String user() {
        return caller.name();
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
            Frame admitted = request.isResponse() ? null
                    : gate == null ? request : admit(request, in, start + LENGTH_BYTES, length);
            if (admitted != null) {
                handle(admitted);
            }
        }
        return 0;
    }

    /** Returns the request in the form in which it is handled; null where it is refused. */
    private Frame admit(Frame request, ByteBuf in, int start, int length) {
        String refusal = gate.signatureRefusal(caller, in, start, start + length);
        if (refusal == null && !connection.admit(caller.name())) {
            refuse(request, ResponseCode.SYSTEM_BUSY, "the user " + caller.name() + " has as many connections as one may"
                    + " have here (share.user of connections.max); close some");
            connection.close();
            return null;
        }
        refusal = refusal == null ? gate.refusal(caller, request) : refusal;
        if (refusal != null) {
            refuse(request, ResponseCode.NO_PERMISSION, "No permission: " + refusal);
            return null;
        }
        return gate.admitted(caller, request);
    }

    private void refuse(Frame request, int code, String reason) {
        if (!request.isOneWay()) {
            send(request.refuse(code, reason));
        }
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
