package io.posthorse.protocol.rocketmq;

import io.posthorse.access.SystemNames;
import io.posthorse.broker.Broker;
import io.posthorse.broker.Shard;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.SubscriptionSettings;
import io.posthorse.broker.Topic;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.JsonReader;
import io.posthorse.codec.rocketmq.JsonValue;
import io.posthorse.codec.rocketmq.JsonWriter;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.codec.rocketmq.RequestCode;
import io.posthorse.codec.rocketmq.RequestHandler;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.format.rocketmq.Destinations;
import io.posthorse.format.rocketmq.RocketmqSettings;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Which queues a consumer reads where the broker says so (400), and whether it pulls or pops them (401, 402). */
final class AssignmentRequests implements RequestHandler {
    private static final String MODE = "mode/";
    private static final String POP = "POP";
    private static final String PULL = "PULL";
    private static final byte[] NO_BODY = {};

    private final Shard shard;
    private final Broker broker;
    private final Destinations destinations;
    private final ConsumerGroups groups;
    private final RocketmqSettings settings;

    AssignmentRequests(Shard shard, Destinations destinations, ConsumerGroups groups, RocketmqSettings settings) {
        this.shard = shard;
        this.broker = shard.broker();
        this.destinations = destinations;
        this.groups = groups;
        this.settings = settings;
    }

    @Override
    public boolean accepts(int code) {
        return code >= RequestCode.QUERY_ASSIGNMENT && code <= RequestCode.GET_ALL_MESSAGE_REQUEST_MODE;
    }

    @Override
    public Frame handle(Peer peer, Frame request) {
        return switch (request.code()) {
            case RequestCode.QUERY_ASSIGNMENT -> assignment(request);
            case RequestCode.SET_MESSAGE_REQUEST_MODE -> setMode(request);
            default -> allModes(request);
        };
    }

    private Frame assignment(Frame request) {
        JsonValue.Obj body = JsonReader.read(request.body()).asObject();
        Topic topic = broker.topic(body.text("topic", ""));
        Subscription group = broker.subscription(body.text("consumerGroup", ""));
        JsonWriter out = new JsonWriter().beginObject().name("messageQueueAssignments").beginArray();
        if (topic != null) {
            String mode = group == null ? PULL : mode(group, topic.name());
            boolean all = body.text("messageModel", "").equals("BROADCASTING");
            int queues = topic.settings().readPartitions();
            int[] chosen = mode.equals(POP)
                    ? new int[] {-1}
                    : all ? IntStream.range(0, queues).toArray() : share(body, queues);
            for (int queue : chosen) {
                out.beginObject().name("messageQueue").beginObject().name("brokerName").value(settings.brokerName());
                out.name("queueId").value(queue).name("topic").value(topic.name()).endObject();
                out.name("mode").value(mode).endObject();
            }
        }
        return request.ok(out.endArray().endObject().bytes());
    }

    /** The queues that a member reads: all members in the order of their ids get as equal shares as can be. */
    private int[] share(JsonValue.Obj body, int queues) {
        ConsumerGroups.Group group = groups.consumers(body.text("consumerGroup", ""));
        List<String> ids = group == null
                ? List.of()
                : group.members.values().stream().map(ConsumerGroups.Member::clientId).distinct().sorted().toList();
        int place = ids.indexOf(body.text("clientId", ""));
        if (place < 0) {
            return new int[0];
        }
        if (body.text("strategyName", "").endsWith("BY_CIRCLE")) {
            return IntStream.range(0, queues).filter(q -> q % ids.size() == place).toArray();
        }
        int each = queues / ids.size();
        int more = queues % ids.size();
        int from = place * each + Math.min(place, more);
        return IntStream.range(from, from + each + (place < more ? 1 : 0)).toArray();
    }

    /** POP or PULL; retry topics are always pulled. */
    private static String mode(Subscription group, String topic) {
        String kept = Attributes.field(group.settings().attributes(), MODE + topic, PULL);
        return topic.startsWith(SystemNames.RETRY) || !kept.startsWith(POP) ? PULL : POP;
    }

    private Frame setMode(Frame request) {
        JsonValue.Obj body = JsonReader.read(request.body()).asObject();
        String topic = body.text("topic", "");
        String mode = body.text("mode", PULL);
        if (topic.startsWith(SystemNames.RETRY)) {
            return request.refuse(ResponseCode.NO_PERMISSION, "retry topics are not allowed to set mode");
        }
        if (!mode.equals(POP) && !mode.equals(PULL)) {
            return request.refuse(ResponseCode.INVALID_PARAMETER, "the mode is POP or PULL, not " + mode);
        }
        Subscription group = destinations.group(body.text("consumerGroup", ""));
        if (group == null) {
            return request.refuse(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, "the group does not exist, and it was not"
                    + " created");
        }
        SubscriptionSettings before = group.settings();
        TreeMap<String, String> attributes = new TreeMap<>(before.attributes());
        String value = mode + " " + body.integer("popShareQueueNum", 0);
        Attributes.field(attributes, MODE + topic, mode.equals(PULL) ? PULL : value, PULL);
        SubscriptionSettings after = before.changed(SubscriptionSettings.ofOffsets(
                before.consumeEnabled(), before.broadcastEnabled(), before.consumeFromMin(), before.ordered(),
                before.retryPartitions(), before.retryMax(), before.notifyMembers(), attributes));
        return shard.turn().createOrUpdate(group.name(), after) == null
                ? request.refuse(ResponseCode.SERVICE_NOT_AVAILABLE, "the broker's disk is full; nothing was changed")
                : request.ok(NO_BODY);
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
