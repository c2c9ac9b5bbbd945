package io.posthorse.protocol.rocketmq;

import io.posthorse.broker.Broker;
import io.posthorse.broker.Inspection;
import io.posthorse.broker.Shard;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.SubscriptionSettings;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.JsonReader;
import io.posthorse.codec.rocketmq.JsonValue;
import io.posthorse.codec.rocketmq.JsonWriter;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.codec.rocketmq.RequestCode;
import io.posthorse.codec.rocketmq.RequestHandler;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.format.rocketmq.OnlineClients;
import io.posthorse.format.rocketmq.RocketmqSettings;
import io.posthorse.format.rocketmq.TopicsAndGroups;
import io.posthorse.platform.Clock;
import io.posthorse.platform.QuotaHolder;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Creates, changes, shows and deletes consumer groups, and shows their members: 200, 201, 207, 225, 328, 343, 345, 352. */
final class GroupRequests implements RequestHandler {
    private static final byte[] NO_BODY = {};
    private static final int LIST_MAX = 10_000;
    /** The group with which RocketMQ's tools read. */
    private static final String TOOLS_GROUP = "TOOLS_CONSUMER";

    private final Shard shard;
    private final Broker broker;
    private final Inspection inspection;
    private final TopicsAndGroups destinations;
    private final OnlineClients online;
    private final Clock clock;
    private final Statistics statistics;
    private final RocketmqSettings settings;

    GroupRequests(
            Shard shard, TopicsAndGroups destinations, OnlineClients online, Clock clock, Statistics statistics,
            RocketmqSettings settings) {
        this.shard = shard;
        this.broker = shard.broker();
        this.inspection = new Inspection(broker);
        this.destinations = destinations;
        this.online = online;
        this.clock = clock;
        this.statistics = statistics;
        this.settings = settings;
    }

    @Override
    public boolean accepts(int code) {
        return switch (code) {
            case RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP, RequestCode.GET_ALL_SUBSCRIPTIONGROUP_CONFIG,
                    RequestCode.DELETE_SUBSCRIPTIONGROUP, RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP_LIST,
                    RequestCode.GET_ALL_PRODUCER_INFO, RequestCode.QUERY_TOPICS_BY_CONSUMER,
                    RequestCode.QUERY_SUBSCRIPTION_BY_CONSUMER, RequestCode.GET_SUBSCRIPTIONGROUP_CONFIG -> true;
            default -> false;
        };
    }

    @Override
    public Frame handle(Peer peer, Frame request) {
        QuotaHolder by = ((RemotingSession) peer).holder();
        return switch (request.code()) {
            case RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP ->
                update(request, by, List.of(JsonReader.read(request.body())));
            case RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP_LIST ->
                update(request, by, JsonReader.read(request.body()).asObject().array("groupConfigList"));
            case RequestCode.GET_ALL_SUBSCRIPTIONGROUP_CONFIG -> all(request);
            case RequestCode.DELETE_SUBSCRIPTIONGROUP -> delete(request, by);
            case RequestCode.GET_ALL_PRODUCER_INFO -> producers(request);
            case RequestCode.QUERY_TOPICS_BY_CONSUMER -> topics(peer, request);
            case RequestCode.QUERY_SUBSCRIPTION_BY_CONSUMER -> subscription(request);
            default -> show(request, by);
        };
    }

    /** Creates or changes groups; checks all of them before it changes the first. */
    private Frame update(Frame request, QuotaHolder by, List<JsonValue> items) {
        if (items.isEmpty() || items.size() > LIST_MAX) {
            return request.refuse(ResponseCode.INVALID_PARAMETER, "a request must name 1 to " + LIST_MAX
                    + " groups, not " + items.size());
        }
        Map<String, SubscriptionSettings> wanted = new TreeMap<>();
        for (JsonValue item : items) {
            JsonValue.Obj group = item.asObject();
            String name = group.text("groupName", "");
            String problem = TopicsAndGroups.groupProblem(name);
            if (problem != null) {
                return request.refuse(ResponseCode.INVALID_PARAMETER, problem);
            }
            Subscription before = broker.subscription(name);
            SubscriptionSettings changed = GroupSettings.read(group, before == null ? null : before.settings());
            if (changed.retryPartitions() > broker.partitionsMax()) {
                return request.refuse(ResponseCode.INVALID_PARAMETER, "a topic may have " + broker.partitionsMax()
                        + " queues, so a group may not have " + changed.retryPartitions() + " retry queues");
            }
            wanted.put(name, changed);
        }
        for (Map.Entry<String, SubscriptionSettings> group : wanted.entrySet()) {
            boolean isNew = broker.subscription(group.getKey()) == null;
            if (isNew && !destinations.hasRoomForGroup(by)) {
                return request.refuse(ResponseCode.SYSTEM_ERROR, "the group was not created: the limit groups.max is"
                    + " reached, or the share of one user or address in it (share.user, share.address)");
            }
            Subscription changed = shard.turn().createOrUpdate(group.getKey(), group.getValue());
            if (changed == null) {
                return TopicRequests.full(request);
            }
            if (isNew) {
                broker.creations().made(changed, by);
            }
            shard.audit().note(by, "group " + changed.name() + (isNew ? " was created" : " was changed"));
            destinations.retryTopic(changed);
        }
        return request.ok(NO_BODY);
    }

    /**
     * Shows all groups, or by groupSeq and maxGroupNum a page of them in the order of their names. A broker without groups
     * lists the tools' group, as RocketMQ's always do: dashboards take an empty list for a failure.
     */
    private Frame all(Frame request) {
        long from = Math.max(0, request.number("groupSeq", 0));
        long count = request.number("maxGroupNum", Integer.MAX_VALUE);
        int size = Math.max(1, broker.subscriptions().size());
        JsonWriter out = new JsonWriter().beginObject().name("dataVersion").beginObject().name("counter").value(size);
        out.name("stateVersion").value(0).name("timestamp").value(statistics.startMs).endObject();
        out.name("forbiddenTable").beginObject().endObject().name("subscriptionGroupTable").beginObject();
        broker.subscriptions().stream().skip(from).limit(Math.max(0, count))
                .forEach(s -> GroupSettings.write(out.name(s.name()), s.name(), s.settings()));
        if (broker.subscriptions().isEmpty() && from == 0 && count > 0) {
            GroupSettings.write(out.name(TOOLS_GROUP), TOOLS_GROUP, SubscriptionSettings.STANDARD);
        }
        return request.answer(
                ResponseCode.SUCCESS, null, Map.of("totalGroupNum", Integer.toString(size)),
                out.endObject().endObject().bytes());
    }

    /** Shows a group; creates one where groups are created on first use. */
    private Frame show(Frame request, QuotaHolder by) {
        String name = request.require("group");
        Subscription group = destinations.group(name, by);
        if (group == null) {
            return request.refuse(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, "No group in this broker. group: " + name);
        }
        JsonWriter out = new JsonWriter();
        GroupSettings.write(out, group.name(), group.settings());
        return request.ok(out.bytes());
    }

    private Frame delete(Frame request, QuotaHolder by) {
        Subscription group = broker.subscription(request.require("groupName"));
        if (group != null && !shard.turn().delete(group)) {
            return TopicRequests.full(request);
        }
        if (group != null) {
            shard.audit().note(by, "group " + group.name() + " was deleted");
        }
        return request.ok(NO_BODY);
    }

    private Frame producers(Frame request) {
        JsonWriter out = new JsonWriter().beginObject().name("data").beginObject();
        long now = clock.nanos() / 1_000_000;
        online.producers().forEach((name, group) -> {
            out.name(name).beginArray();
            group.members().forEach(member -> {
                OnlineClients.Client client = member.client();
                out.beginObject().name("clientId").value(client.id()).name("language").value(client.language());
                out.name("lastUpdateTimestamp").value(statistics.nowMs() - (now - client.seenMs()));
                out.name("remoteIP").value("/" + client.address()).name("version").value(client.version()).endObject();
            });
            out.endArray();
        });
        return request.ok(out.endObject().endObject().bytes());
    }

    private Frame topics(Peer peer, Frame request) {
        Subscription group = broker.subscription(request.require("group"));
        JsonWriter out = new JsonWriter().beginObject().name("brokerAddr").value(Addresses.route(settings, peer.local()));
        out.name("topicList").beginArray();
        if (group != null) {
            inspection.topicsOf(group).keySet().forEach(out::value);
        }
        return request.ok(out.endArray().endObject().bytes());
    }

    private Frame subscription(Frame request) {
        String name = request.require("group");
        String topic = request.require("topic");
        OnlineClients.Group group = online.consumers(name);
        OnlineClients.Interest interest = group == null ? null : group.interests().get(topic);
        JsonWriter out = new JsonWriter().beginObject().name("group").value(name);
        if (interest != null) {
            ConsumerGroups.Interest.write(out.name("subscriptionData"), interest);
        }
        return request.ok(out.name("topic").value(topic).endObject().bytes());
    }
}
