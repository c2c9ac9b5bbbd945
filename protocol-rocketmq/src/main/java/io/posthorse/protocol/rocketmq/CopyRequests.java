package io.posthorse.protocol.rocketmq;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.JsonWriter;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.codec.rocketmq.RequestCode;
import io.posthorse.codec.rocketmq.RequestHandler;

/** Shows how far the slaves are, or this slave is (907). */
final class CopyRequests implements RequestHandler {
    private final RemotingProtocol protocol;

    CopyRequests(RemotingProtocol protocol) {
        this.protocol = protocol;
    }

    @Override
    public boolean accepts(int code) {
        return code == RequestCode.GET_BROKER_HA_STATUS;
    }

    @Override
    public Frame handle(Peer peer, Frame request) {
        JsonWriter out = new JsonWriter();
        protocol.copies().write(out);
        return request.ok(out.bytes());
    }
}
