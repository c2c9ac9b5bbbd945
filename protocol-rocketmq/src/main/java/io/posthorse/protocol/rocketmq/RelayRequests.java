package io.posthorse.protocol.rocketmq;

import io.posthorse.broker.Broker;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.JsonReader;
import io.posthorse.codec.rocketmq.JsonValue;
import io.posthorse.codec.rocketmq.JsonWriter;
import io.posthorse.codec.rocketmq.MalformedFrameException;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.codec.rocketmq.RequestCode;
import io.posthorse.codec.rocketmq.RequestHandler;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.format.rocketmq.OnlineClients;
import io.posthorse.platform.Clock;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Passes requests on to consumers, which answer them: 223 (sent on as 221), 307, 309. */
final class RelayRequests implements RequestHandler {
    private static final long TIMEOUT_MS = 10_000;
    private static final int VERSION_MIN = 62;
    private static final int MEMBERS_MAX = 1_000;
    private static final byte[] NO_BODY = {};

    private final Broker broker;
    private final ConsumerGroups groups;
    private final OnlineClients online;
    private final Clock clock;
    private final RemotingProtocol protocol;

    RelayRequests(RemotingProtocol protocol, ConsumerGroups groups, OnlineClients online, Clock clock) {
        this.protocol = protocol;
        this.online = online;
        this.clock = clock;
        this.broker = protocol.broker;
        this.groups = groups;
    }

    @Override
    public boolean accepts(int code) {
        return code == RequestCode.GET_CONSUMER_RUNNING_INFO || code == RequestCode.CONSUME_MESSAGE_DIRECTLY
                || code == RequestCode.INVOKE_BROKER_TO_GET_CONSUMER_STATUS;
    }

    @Override
    public Frame handle(Peer peer, Frame request) {
        return switch (request.code()) {
            case RequestCode.GET_CONSUMER_RUNNING_INFO -> relay(peer, request, request.fields(), request.body());
            case RequestCode.CONSUME_MESSAGE_DIRECTLY -> consume(peer, request);
            default -> status(peer, request);
        };
    }

    private Frame consume(Peer peer, Frame request) {
        ByteBuffer stored = broker.resident().message(OffsetMessageId.position(request.require("msgId")));
        if (stored == null) {
            return request.refuse(ResponseCode.SYSTEM_ERROR, "no message has the id " + request.field("msgId")
                    + "; give the id that contains the message's position in the log, as queryMsgById prints it");
        }
        byte[] message = new byte[stored.remaining()];
        stored.get(message);
        Map<String, String> fields = new HashMap<>(request.fields());
        fields.put("brokerName", protocol.settings.brokerName());
        fields.put("topicSysFlag", "0");
        fields.put("groupSysFlag", "0");
        return relay(peer, request, fields, message);
    }

    /** Passes on the request and then the answer, both unchanged. */
    private Frame relay(Peer peer, Frame request, Map<String, String> fields, byte[] body) {
        String groupName = request.require("consumerGroup");
        String clientId = request.require("clientId");
        ConsumerGroups.Group group = groups.consumers(groupName);
        ConsumerGroups.Member member = group == null ? null : group.members.values().stream()
                .filter(m -> m.clientId().equals(clientId))
                .findFirst()
                .orElse(null);
        if (member == null) {
            OnlineClients.Group others = online.consumers(groupName);
            OnlineClients.Member other = others == null ? null : others.member(clientId);
            return other == null
                    ? request.refuse(
                            ResponseCode.SYSTEM_ERROR, "The Consumer <" + groupName + "> <" + clientId + "> not online")
                    : onBehalf(request, other);
        }
        if (member.client().version() < VERSION_MIN) {
            return request.refuse(ResponseCode.SYSTEM_ERROR, "The Consumer <" + clientId + "> has a version before"
                    + " 3.1.8, which cannot answer this request");
        }
        ((RemotingSession) member.peer()).ask(request.code(), fields, body, TIMEOUT_MS, (answer, failure) ->
                peer.answer(request, answer != null
                        ? request.answer(answer.code(), answer.remark(), answer.fields(), answer.body())
                        : failed(request, groupName, clientId, failure)));
        return null;
    }

    /** Answers for a consumer whose protocol has no such request, from what this broker knows of it. */
    private Frame onBehalf(Frame request, OnlineClients.Member member) {
        if (request.code() == RequestCode.CONSUME_MESSAGE_DIRECTLY) {
            return request.refuse(ResponseCode.SYSTEM_ERROR, "The Consumer <" + member.client().id() + "> is a gRPC client,"
                    + " which takes only messages that it has requested. Nothing was consumed. Send the message again to"
                    + " its topic, or choose a remoting client of the group.");
        }
        return request.ok(RunningInfo.of(
                member, protocol.statistics.nowMs() - (clock.nanos() / 1_000_000 - member.client().sinceMs())));
    }

    private static Frame failed(Frame request, String group, String clientId, ClientCalls.Failure failure) {
        String consumer = "consumer <" + group + "> <" + clientId + "> ";
        return switch (failure) {
            case TIMEOUT -> request.refuse(ResponseCode.CONSUME_MSG_TIMEOUT, consumer + "Timeout: no answer came within "
                    + TIMEOUT_MS / 1_000 + " s");
            case GONE -> request.refuse(ResponseCode.CONSUMER_NOT_ONLINE, consumer + "disconnected before it answered");
            case TOO_MANY -> request.refuse(ResponseCode.SYSTEM_BUSY, consumer + "has too many unanswered requests; try"
                    + " again later");
        };
    }

    /** Asks all members, or one, for their offsets in a topic; answers when all have answered or their time is over. */
    private Frame status(Peer peer, Frame request) {
        ConsumerGroups.Group group = groups.consumers(request.require("group"));
        String only = request.fields().getOrDefault("clientAddr", "");
        List<ConsumerGroups.Member> asked = new ArrayList<>();
        if (group != null) {
            group.members.values().stream()
                    .filter(m -> only.isBlank() || only.equals(m.clientId()))
                    .limit(MEMBERS_MAX)
                    .forEach(asked::add);
        }
        if (asked.isEmpty()) {
            return request.refuse(ResponseCode.SYSTEM_ERROR, "No Any Consumer online in the consumer group: ["
                    + request.field("group") + "]");
        }
        Map<String, JsonValue> tables = new TreeMap<>();
        int[] left = {asked.size()};
        Map<String, String> fields = Map.of("topic", request.require("topic"), "group", request.field("group"));
        for (ConsumerGroups.Member member : asked) {
            ((RemotingSession) member.peer()).ask(
                    RequestCode.GET_CONSUMER_STATUS_FROM_CLIENT, fields, NO_BODY, TIMEOUT_MS / 2, (answer, failure) -> {
                        take(tables, member.clientId(), answer);
                        if (--left[0] == 0) {
                            peer.answer(request, request.ok(table(tables)));
                        }
                    });
        }
        return null;
    }

    private static void take(Map<String, JsonValue> tables, String clientId, Frame answer) {
        if (answer == null || answer.code() != ResponseCode.SUCCESS || answer.body().length == 0) {
            return;
        }
        try {
            tables.put(clientId, JsonReader.read(answer.body()).asObject().object("messageQueueTable"));
        } catch (MalformedFrameException e) {
            tables.put(clientId, new JsonValue.Obj(List.of())); // it answered, but the answer cannot be parsed
        }
    }

    private static byte[] table(Map<String, JsonValue> tables) {
        JsonWriter out = new JsonWriter().beginObject().name("consumerTable").beginObject();
        tables.forEach((clientId, table) -> out.name(clientId).value(table));
        return out.endObject().name("messageQueueTable").beginObject().endObject().endObject().bytes();
    }
}
