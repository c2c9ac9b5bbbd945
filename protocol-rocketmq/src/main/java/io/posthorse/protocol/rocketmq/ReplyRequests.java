package io.posthorse.protocol.rocketmq;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.MessageView;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.codec.rocketmq.RequestCode;
import io.posthorse.codec.rocketmq.RequestHandler;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.platform.Clock;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * Passes replies of consumers (324, 325) on to the producer that waits for them, which the reply names (326). They are
 * stored nowhere. The consumer learns whether its reply has arrived.
 */
final class ReplyRequests implements RequestHandler {
    private static final long TIMEOUT_MS = 3_000;
    private static final String TO_CLIENT = "REPLY_TO_CLIENT";
    /** The long names of the fields, by the short ones. */
    private static final Map<String, String> LONG_NAMES = Map.of(
            "a", "producerGroup", "b", "topic", "c", "defaultTopic", "d", "defaultTopicQueueNums", "e", "queueId",
            "f", "sysFlag", "g", "bornTimestamp", "h", "flag", "i", "properties", "j", "reconsumeTimes");

    private final RemotingProtocol protocol;
    private final ConsumerGroups groups;
    private final Clock clock;

    ReplyRequests(RemotingProtocol protocol, ConsumerGroups groups, Clock clock) {
        this.protocol = protocol;
        this.groups = groups;
        this.clock = clock;
    }

    @Override
    public boolean accepts(int code) {
        return code == RequestCode.SEND_REPLY_MESSAGE || code == RequestCode.SEND_REPLY_MESSAGE_V2;
    }

    @Override
    public Frame handle(Peer peer, Frame request) {
        Map<String, String> fields = new HashMap<>();
        request.fields().forEach((name, value) -> fields.put(LONG_NAMES.getOrDefault(name, name), value));
        Map<String, String> properties = MessageView.properties(fields.getOrDefault("properties", ""));
        String client = properties.get(TO_CLIENT);
        if (client == null) {
            return request.refuse(ResponseCode.MESSAGE_ILLEGAL, "the reply names no client: its property " + TO_CLIENT
                    + " is missing. Make replies with MessageUtil.createReplyMessage.");
        }
        if (request.body().length > protocol.settings.messageBytesMax()) {
            return request.refuse(ResponseCode.MESSAGE_ILLEGAL, "the reply is longer than "
                    + protocol.settings.messageBytesMax() + " bytes");
        }
        RemotingSession session = (RemotingSession) groups.producer(client);
        if (session == null) {
            return request.refuse(ResponseCode.SYSTEM_ERROR, "push reply message fail, the channel of <" + client
                    + "> not found: the client that sent the request is no longer connected");
        }
        properties.put("PUSH_REPLY_TIME", Long.toString(clock.wallMs()));
        push(peer, request, session, pushed(session, peer, fields, properties));
        return null;
    }

    private Map<String, String> pushed(
            RemotingSession session, Peer peer, Map<String, String> fields, Map<String, String> properties) {
        Map<String, String> pushed = new HashMap<>();
        for (String name : LONG_NAMES.values()) {
            pushed.put(name, fields.getOrDefault(name, "0"));
        }
        pushed.put("properties", MessageView.text(properties));
        pushed.put("unitMode", "false");
        pushed.put("bornHost", host(peer.remote()));
        pushed.put("storeHost", host(session.local()));
        pushed.put("storeTimestamp", Long.toString(clock.wallMs()));
        return pushed;
    }

    private static String host(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    private static void push(Peer peer, Frame request, RemotingSession to, Map<String, String> fields) {
        to.ask(RequestCode.PUSH_REPLY_MESSAGE_TO_CLIENT, fields, request.body(), TIMEOUT_MS, (answer, failure) -> {
            Frame response;
            if (answer != null && answer.code() == ResponseCode.SUCCESS) {
                response = request.ok(Map.of(
                        "msgId", "0", "queueId", "0", "queueOffset", "0", "MSG_REGION", "DefaultRegion", "TRACE_ON",
                        "true"));
            } else {
                response = request.refuse(ResponseCode.SYSTEM_ERROR, "push reply message to client failed: "
                        + (answer != null ? answer.remark() : failure));
            }
            peer.answer(request, response);
        });
    }
}
