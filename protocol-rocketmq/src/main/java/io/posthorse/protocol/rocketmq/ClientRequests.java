package io.posthorse.protocol.rocketmq;

import io.posthorse.broker.Subscription;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.JsonValue;
import io.posthorse.codec.rocketmq.JsonWriter;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.codec.rocketmq.RequestCode;
import io.posthorse.codec.rocketmq.RequestHandler;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.format.rocketmq.Filters;
import io.posthorse.format.rocketmq.OnlineClients;
import io.posthorse.format.rocketmq.TopicsAndGroups;
import io.posthorse.platform.QuotaHolder;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Answers heartbeats and shows the members of groups: 34, 35, 38, 46, 203, 204. */
final class ClientRequests implements RequestHandler {
    private static final byte[] NO_BODY = {};
    private static final int CLIENT_ID_MAX = 1_024;

    private final ConsumerGroups groups;
    private final OnlineClients online;
    private final TopicsAndGroups destinations;
    private final Filters filters;
    private final RequestBodies bodies;

    ClientRequests(
            ConsumerGroups groups, OnlineClients online, TopicsAndGroups destinations, Filters filters,
            RequestBodies bodies) {
        this.groups = groups;
        this.online = online;
        this.destinations = destinations;
        this.filters = filters;
        this.bodies = bodies;
    }

    @Override
    public boolean accepts(int code) {
        return switch (code) {
            case RequestCode.HEART_BEAT, RequestCode.UNREGISTER_CLIENT, RequestCode.GET_CONSUMER_LIST_BY_GROUP,
                    RequestCode.CHECK_CLIENT_CONFIG, RequestCode.GET_CONSUMER_CONNECTION_LIST,
                    RequestCode.GET_PRODUCER_CONNECTION_LIST -> true;
            default -> false;
        };
    }

    @Override
    public Frame handle(Peer peer, Frame request) {
        return switch (request.code()) {
            case RequestCode.HEART_BEAT -> heartbeat(peer, request);
            case RequestCode.UNREGISTER_CLIENT -> {
                groups.leave(request.field("consumerGroup"), request.field("producerGroup"), peer);
                yield request.ok(NO_BODY);
            }
            case RequestCode.GET_CONSUMER_LIST_BY_GROUP -> members(request);
            case RequestCode.CHECK_CLIENT_CONFIG -> check(request);
            case RequestCode.GET_CONSUMER_CONNECTION_LIST -> consumerConnections(request);
            default -> producerConnections(request);
        };
    }

    private Frame heartbeat(Peer peer, Frame request) {
        JsonValue.Obj body = bodies.of(request);
        String clientId = body.text("clientID", "");
        if (clientId.length() > CLIENT_ID_MAX) {
            return request.refuse(
                    ResponseCode.INVALID_PARAMETER, "a client id may have at most " + CLIENT_ID_MAX + " characters");
        }
        Map<String, String> answer = Map.of("IS_SUPPORT_HEART_BEAT_V2", "true", "IS_SUB_CHANGE", "true");
        if (body.bool("withoutSub", false)) {
            groups.seen(peer);
            return request.ok(answer);
        }
        ConsumerGroups.Member member = groups.member(clientId, peer, request.language(), request.version());
        if (!groups.keeps(member, request.body().length)) {
            return request.refuse(ResponseCode.SYSTEM_BUSY, "the heartbeat does not fit: the memory for heartbeats of"
                    + " all clients, or of this user or address, is used up");
        }
        for (JsonValue item : body.array("producerDataSet")) {
            groups.producer(item.asObject().text("groupName", ""), member);
        }
        for (JsonValue item : body.array("consumerDataSet")) {
            String refusal = consumer(member, item.asObject(), ((RemotingSession) peer).holder());
            if (refusal != null) {
                return request.refuse(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, refusal);
            }
        }
        return request.ok(answer);
    }

    private String consumer(ConsumerGroups.Member member, JsonValue.Obj data, QuotaHolder by) {
        String name = data.text("groupName", "");
        Subscription subscription = destinations.group(name, by);
        if (subscription == null) {
            String problem = TopicsAndGroups.groupProblem(name);
            return problem != null
                    ? problem
                    : "subscription group [" + name + "] does not exist and could not be created. Create it with"
                            + " updateSubGroup, or see groups.max.";
        }
        ConsumerGroups.Group group = new ConsumerGroups.Group();
        group.consumeType = data.text("consumeType", group.consumeType);
        group.messageModel = data.text("messageModel", group.messageModel);
        group.consumeFromWhere = data.text("consumeFromWhere", group.consumeFromWhere);
        Map<String, ConsumerGroups.Interest> interests = new TreeMap<>();
        for (JsonValue item : data.array("subscriptionDataSet")) {
            JsonValue.Obj interest = item.asObject();
            String topic = interest.text("topic", "");
            String expression = interest.text("subString", "*");
            String type = interest.text("expressionType", Filters.TAG);
            interests.put(topic, new ConsumerGroups.Interest(
                    new OnlineClients.Interest(topic, expression, type, interest.number("subVersion", 0)),
                    filters.of(type, expression)));
        }
        group.interests = interests;
        if (!group.messageModel.equals("BROADCASTING")) {
            destinations.retryTopic(subscription);
        }
        groups.consumer(name, member, group);
        return null;
    }

    /** Returns the members that share queues; where the group has none, its members of other protocols. */
    private Frame members(Frame request) {
        String name = request.require("consumerGroup");
        ConsumerGroups.Group sharing = groups.consumers(name);
        OnlineClients.Group shown = online.consumers(name);
        if (sharing == null && shown == null) {
            return request.refuse(ResponseCode.SYSTEM_ERROR, "no consumer for this group, " + name);
        }
        Stream<String> ids = sharing != null
                ? sharing.members.values().stream().map(ConsumerGroups.Member::clientId)
                : shown.members().stream().map(m -> m.client().id());
        JsonWriter out = new JsonWriter().beginObject().name("consumerIdList").beginArray();
        ids.distinct().forEach(out::value);
        return request.ok(out.endArray().endObject().bytes());
    }

    private Frame check(Frame request) {
        JsonValue.Obj subscription = bodies.of(request).object("subscriptionData");
        Filters.Choice choice =
                filters.of(subscription.text("expressionType", Filters.TAG), subscription.text("subString", null));
        return choice.filter() == null ? request.refuse(choice.code(), choice.remark()) : request.ok(NO_BODY);
    }

    private Frame consumerConnections(Frame request) {
        OnlineClients.Group group = online.consumers(request.require("consumerGroup"));
        if (group == null) {
            return request.refuse(ResponseCode.CONSUMER_NOT_ONLINE,
                    "the consumer group[" + request.field("consumerGroup") + "] not online");
        }
        JsonWriter out = new JsonWriter().beginObject();
        connections(out, group);
        OnlineClients.Reading reading = group.told();
        out.name("consumeFromWhere").value(reading.from());
        out.name("consumeType").value(reading.type()).name("messageModel").value(reading.messageModel());
        out.name("subscriptionTable").beginObject();
        group.interests().forEach((topic, interest) -> ConsumerGroups.Interest.write(out.name(topic), interest));
        return request.ok(out.endObject().endObject().bytes());
    }

    private Frame producerConnections(Frame request) {
        OnlineClients.Group group = online.producers(request.require("producerGroup"));
        if (group == null) {
            return request.refuse(ResponseCode.SYSTEM_ERROR,
                    "the producer group[" + request.field("producerGroup") + "] not exist");
        }
        JsonWriter out = new JsonWriter().beginObject();
        connections(out, group);
        return request.ok(out.endObject().bytes());
    }

    private static void connections(JsonWriter out, OnlineClients.Group group) {
        out.name("connectionSet").beginArray();
        group.members().forEach(member -> {
            OnlineClients.Client client = member.client();
            out.beginObject().name("clientAddr").value(client.address()).name("clientId").value(client.id());
            out.name("language").value(client.language()).name("version").value(client.version()).endObject();
        });
        out.endArray();
    }

    @Override
    public void closed(Peer peer) {
        groups.closed(peer);
    }
}
