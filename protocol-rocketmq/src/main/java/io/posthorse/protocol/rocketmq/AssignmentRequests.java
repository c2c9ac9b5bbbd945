package io.posthorse.protocol.rocketmq;

import io.posthorse.access.SystemNames;
import io.posthorse.broker.Broker;
import io.posthorse.broker.Shard;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.SubscriptionSettings;
import io.posthorse.broker.TopicSettings;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.JsonValue;
import io.posthorse.codec.rocketmq.JsonWriter;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.codec.rocketmq.RequestCode;
import io.posthorse.codec.rocketmq.RequestHandler;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.format.rocketmq.Routes;
import io.posthorse.format.rocketmq.TopicOnBroker;
import io.posthorse.format.rocketmq.TopicsAndGroups;
import io.posthorse.platform.QuotaHolder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Answers which queues a consumer reads where the broker assigns them (400), and sets and shows whether it pulls or pops
 * (401, 402).
 */
final class AssignmentRequests implements RequestHandler {
    private static final String MODE = "mode/";
    private static final String POP = "POP";
    private static final String PULL = "PULL";
    private static final byte[] NO_BODY = {};

    private final Shard shard;
    private final Broker broker;
    private final TopicsAndGroups destinations;
    private final ConsumerGroups groups;
    private final Routes routes;
    private final RequestBodies bodies;

    AssignmentRequests(
            Shard shard, TopicsAndGroups destinations, ConsumerGroups groups, Routes routes, RequestBodies bodies) {
        this.shard = shard;
        this.broker = shard.broker();
        this.destinations = destinations;
        this.groups = groups;
        this.routes = routes;
        this.bodies = bodies;
    }

    @Override
    public boolean accepts(int code) {
        return code >= RequestCode.QUERY_ASSIGNMENT && code <= RequestCode.GET_ALL_MESSAGE_REQUEST_MODE;
    }

    @Override
    public Frame handle(Peer peer, Frame request) {
        return switch (request.code()) {
            case RequestCode.QUERY_ASSIGNMENT -> assignment(peer, request);
            case RequestCode.SET_MESSAGE_REQUEST_MODE -> setMode(request, ((RemotingSession) peer).holder());
            default -> allModes(request);
        };
    }

    /** Answers an assignment later where the route must first be fetched from a name server. */
    private Frame assignment(Peer peer, Frame request) {
        JsonValue.Obj body = bodies.of(request);
        String topic = body.text("topic", "");
        routes.find(topic, brokers -> peer.answer(request, request.ok(assignment(topic, body, brokers))));
        return null;
    }

    private record Queue(String broker, int number) {}

    private byte[] assignment(String topic, JsonValue.Obj body, List<TopicOnBroker> brokers) {
        Subscription group = broker.subscription(body.text("consumerGroup", ""));
        String[] mode = (group == null ? PULL : mode(group, topic)).split(" ");
        List<Queue> all = new ArrayList<>();
        for (TopicOnBroker offer : brokers) {
            int queues = (offer.permissions() & TopicSettings.READ) == 0 ? 0 : offer.readQueues();
            IntStream.range(0, queues).forEach(queue -> all.add(new Queue(offer.brokerName(), queue)));
        }
        int sharing = mode.length > 1 ? Integer.parseInt(mode[1]) : 0;
        List<Queue> chosen = body.text("messageModel", "").equals("BROADCASTING")
                ? all
                : share(body, all, mode[0].equals(POP), sharing);
        JsonWriter out = new JsonWriter().beginObject().name("messageQueueAssignments").beginArray();
        for (Queue queue : chosen) {
            out.beginObject().name("messageQueue").beginObject().name("brokerName").value(queue.broker);
            out.name("queueId").value(queue.number).name("topic").value(topic).endObject();
            out.name("mode").value(mode[0]).endObject();
        }
        return out.endArray().endObject().bytes();
    }

    /**
     * Returns the queues that a member reads. A member that pops reads all queues of every broker, or, where members share
     * queues, its own and those of the members behind it.
     */
    private List<Queue> share(JsonValue.Obj body, List<Queue> all, boolean pops, int sharing) {
        ConsumerGroups.Group group = groups.consumers(body.text("consumerGroup", ""));
        List<String> ids = group == null
                ? List.of()
                : group.members.values().stream().map(ConsumerGroups.Member::clientId).distinct().sorted().toList();
        if (pops && (sharing <= 0 || sharing >= ids.size() - 1)) {
            return all.stream().map(Queue::broker).distinct().map(name -> new Queue(name, -1)).toList();
        }
        int index = ids.indexOf(body.text("clientId", ""));
        if (index < 0) {
            return List.of();
        }
        boolean inCircle = body.text("strategyName", "").endsWith("BY_CIRCLE");
        List<Queue> chosen = new ArrayList<>();
        int members = pops && ids.size() <= all.size() ? 1 + sharing : 1;
        for (int i = 0; i < members; i++) {
            chosen.addAll(share(all, (index + i) % ids.size(), ids.size(), inCircle));
        }
        return chosen;
    }

    /** Returns the share of the member at an index among {@code members}; shares are as equal as possible. */
    private static List<Queue> share(List<Queue> all, int index, int members, boolean inCircle) {
        if (inCircle) {
            return IntStream.range(0, all.size()).filter(q -> q % members == index).mapToObj(all::get).toList();
        }
        int each = all.size() / members;
        int more = all.size() % members;
        int from = index * each + Math.min(index, more);
        return all.subList(from, from + each + (index < more ? 1 : 0));
    }

    /** Returns PULL, or POP and the number of members that share; retry topics are always pulled. */
    private static String mode(Subscription group, String topic) {
        String kept = Attributes.field(group.settings().attributes(), MODE + topic, PULL);
        return topic.startsWith(SystemNames.RETRY) || !kept.startsWith(POP) ? PULL : kept;
    }

    private Frame setMode(Frame request, QuotaHolder by) {
        JsonValue.Obj body = bodies.of(request);
        String topic = body.text("topic", "");
        String mode = body.text("mode", PULL);
        if (topic.startsWith(SystemNames.RETRY)) {
            return request.refuse(ResponseCode.NO_PERMISSION, "retry topics are not allowed to set mode");
        }
        if (!mode.equals(POP) && !mode.equals(PULL)) {
            return request.refuse(ResponseCode.INVALID_PARAMETER, "the mode must be POP or PULL, not " + mode);
        }
        Subscription group = destinations.group(body.text("consumerGroup", ""), by);
        if (group == null) {
            return request.refuse(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, "the group does not exist and could not be"
                    + " created");
        }
        SubscriptionSettings before = group.settings();
        TreeMap<String, String> attributes = new TreeMap<>(before.attributes());
        String value = mode + " " + body.integer("popShareQueueNum", 0);
        Attributes.field(attributes, MODE + topic, mode.equals(PULL) ? PULL : value, PULL);
        SubscriptionSettings after = before.changed(SubscriptionSettings.ofOffsets(
                before.consumeEnabled(), before.broadcastEnabled(), before.consumeFromMin(), before.ordered(),
                before.retryPartitions(), before.retryMax(), before.notifyMembers(), attributes));
        if (shard.turn().createOrUpdate(group.name(), after) == null) {
            return request.refuse(ResponseCode.SERVICE_NOT_AVAILABLE, "the broker's disk is full; nothing was changed");
        }
        if (!after.equals(before)) {
            shard.audit().note(by, "group " + group.name() + " has the mode " + value + " in topic " + topic);
        }
        return request.ok(NO_BODY);
    }

    private Frame allModes(Frame request) {
        TreeMap<String, TreeMap<String, String>> topics = new TreeMap<>();
        String prefix = Attributes.FIELD + MODE;
        for (Subscription group : broker.subscriptions()) {
            group.settings().attributes().forEach((key, value) -> {
                if (key.startsWith(prefix)) {
                    topics.computeIfAbsent(key.substring(prefix.length()), t -> new TreeMap<>()).put(group.name(), value);
                }
            });
        }
        JsonWriter out = new JsonWriter().beginObject().name("messageRequestModeMap").beginObject();
        for (Map.Entry<String, TreeMap<String, String>> topic : topics.entrySet()) {
            out.name(topic.getKey()).beginObject();
            topic.getValue().forEach((group, value) -> {
                String[] words = value.split(" ");
                out.name(group).beginObject().name("consumerGroup").value(group).name("mode").value(words[0]);
                out.name("popShareQueueNum").value(words.length > 1 ? Integer.parseInt(words[1]) : 0);
                out.name("topic").value(topic.getKey()).endObject();
            });
            out.endObject();
        }
        return request.ok(out.endObject().endObject().bytes());
    }
}
