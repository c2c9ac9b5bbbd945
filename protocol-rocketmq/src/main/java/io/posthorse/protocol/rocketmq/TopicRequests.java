package io.posthorse.protocol.rocketmq;

import io.posthorse.broker.Broker;
import io.posthorse.broker.Shard;
import io.posthorse.broker.Topic;
import io.posthorse.broker.TopicSettings;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.JsonReader;
import io.posthorse.codec.rocketmq.JsonValue;
import io.posthorse.codec.rocketmq.JsonWriter;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.codec.rocketmq.RequestCode;
import io.posthorse.codec.rocketmq.RequestHandler;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.format.rocketmq.TopicsAndGroups;
import io.posthorse.platform.QuotaHolder;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Creates, changes, shows and deletes topics (17, 18, 21, 215, 305, 351) and cleans up (306, 316, 329). */
final class TopicRequests implements RequestHandler {
    private static final byte[] NO_BODY = {};
    private static final int LIST_MAX = 10_000;
    private static final String FILTER_TYPE = "topicFilterType";
    private static final String FILTER_STANDARD = "SINGLE_TAG";
    private static final String SYSTEM_FLAG = "topicSysFlag";

    private final Shard shard;
    private final Broker broker;
    private final TopicsAndGroups destinations;
    private final Statistics statistics;
    private final ConfirmedAnswers confirmed;

    /** @param confirmed sends the answers that say that a topic was changed */
    TopicRequests(Shard shard, TopicsAndGroups destinations, Statistics statistics, ConfirmedAnswers confirmed) {
        this.shard = shard;
        this.confirmed = confirmed;
        this.broker = shard.broker();
        this.destinations = destinations;
        this.statistics = statistics;
    }

    @Override
    public boolean accepts(int code) {
        return switch (code) {
            case RequestCode.UPDATE_AND_CREATE_TOPIC, RequestCode.UPDATE_AND_CREATE_TOPIC_LIST,
                    RequestCode.GET_ALL_TOPIC_CONFIG, RequestCode.DELETE_TOPIC_IN_BROKER,
                    RequestCode.GET_SYSTEM_TOPIC_LIST_FROM_BROKER, RequestCode.GET_TOPIC_CONFIG,
                    RequestCode.CLEAN_EXPIRED_CONSUMEQUEUE, RequestCode.CLEAN_UNUSED_TOPIC,
                    RequestCode.DELETE_EXPIRED_COMMITLOG -> true;
            default -> false;
        };
    }

    @Override
    public Frame handle(Peer peer, Frame request) {
        QuotaHolder by = ((RemotingSession) peer).holder();
        return switch (request.code()) {
            case RequestCode.UPDATE_AND_CREATE_TOPIC -> changed(peer, request, update(request, by));
            case RequestCode.UPDATE_AND_CREATE_TOPIC_LIST -> changed(peer, request, updateAll(request, by));
            case RequestCode.GET_ALL_TOPIC_CONFIG -> all(request);
            case RequestCode.DELETE_TOPIC_IN_BROKER -> changed(peer, request, delete(request, by));
            case RequestCode.GET_SYSTEM_TOPIC_LIST_FROM_BROKER -> systemTopics(request);
            case RequestCode.GET_TOPIC_CONFIG -> show(request);
            case RequestCode.DELETE_EXPIRED_COMMITLOG -> {
                shard.dropExpired();
                shard.audit().note(by, "the deletion of expired messages was requested");
                yield request.ok(NO_BODY);
            }
            default -> request.ok(NO_BODY); // an index is deleted with its segment, and a topic's data with the topic
        };
    }

    /** Answers once the name servers know of the change, since a tool that gets the answer asks them next. */
    private Frame changed(Peer peer, Frame request, Frame answer) {
        if (answer.code() != ResponseCode.SUCCESS) {
            return answer;
        }
        confirmed.answer(peer, request, answer);
        return null;
    }

    private Frame update(Frame request, QuotaHolder by) {
        String name = request.require("topic");
        TopicSettings before = settings(name);
        TreeMap<String, String> attributes = new TreeMap<>(before == null ? Map.of() : before.attributes());
        Attributes.alter(attributes, request.field("attributes"), Attributes.OF_TOPICS);
        Attributes.field(
                attributes, FILTER_TYPE, request.fields().getOrDefault(FILTER_TYPE, FILTER_STANDARD), FILTER_STANDARD);
        Attributes.field(attributes, SYSTEM_FLAG, Long.toString(request.number(SYSTEM_FLAG, 0)), "0");
        TopicSettings wanted = settings(
                request.number("readQueueNums", 8), request.number("writeQueueNums", 8),
                request.number("perm", TopicSettings.READ | TopicSettings.WRITE),
                "true".equals(request.field("order")), attributes);
        Frame refusal = refusal(request, by, name, wanted);
        return refusal != null ? refusal : create(request, by, name, wanted);
    }

    private TopicSettings settings(String topic) {
        Topic before = broker.topic(topic);
        return before == null ? null : before.settings();
    }

    /** Returns settings within the limits, or null. */
    private TopicSettings settings(
            long read, long write, long permissions, boolean ordered, TreeMap<String, String> attributes) {
        int max = broker.partitionsMax();
        boolean legal = read >= 0 && write >= 0 && read <= max && write <= max && permissions >= 0 && permissions <= 15;
        return legal ? new TopicSettings((int) read, (int) write, (int) permissions, ordered, attributes) : null;
    }

    private Frame refusal(Frame request, QuotaHolder by, String name, TopicSettings wanted) {
        String problem = TopicsAndGroups.topicProblem(name);
        if (problem == null && destinations.systemTopics().contains(name)) {
            problem = "The topic[" + name + "] is conflict with system topic.";
        }
        if (problem == null && wanted == null) {
            problem = "the topic " + name + " was not changed: it must have 0 to " + broker.partitionsMax()
                    + " queues to read and to write, and a permission of 0 to 15";
        }
        if (problem != null) {
            return request.refuse(ResponseCode.INVALID_PARAMETER, problem);
        }
        return !hasRoom(by, broker.topic(name), wanted)
                ? request.refuse(ResponseCode.SYSTEM_ERROR, "the topic was not created or changed: the limit topics.max is"
                        + " reached, or the limit of all queues that the heap allows, or the share of one user or address in"
                        + " them (share.user, share.address)")
                : null;
    }

    private boolean hasRoom(QuotaHolder by, Topic before, TopicSettings wanted) {
        return before == null
                ? destinations.hasRoomForTopic(by, wanted.partitions())
                : broker.creations().admitsPartitions(by, wanted.partitions() - before.size());
    }

    private Frame create(Frame request, QuotaHolder by, String name, TopicSettings wanted) {
        Topic before = broker.topic(name);
        int size = before == null ? 0 : before.size();
        Topic topic = shard.turn().createOrUpdate(name, wanted);
        if (topic == null) {
            return full(request);
        }
        if (before == null) {
            broker.creations().made(topic, by);
        } else {
            broker.creations().grew(topic, topic.size() - size, by);
        }
        shard.audit().note(by, "topic " + name + (before == null ? " was created: " : " was changed: ")
                + wanted.readPartitions() + " queues to read, " + wanted.writePartitions() + " to write, permission "
                + wanted.permissions());
        return request.ok(NO_BODY);
    }

    static Frame full(Frame request) {
        return request.refuse(ResponseCode.SERVICE_NOT_AVAILABLE, "The broker's disk is full or has failed; nothing was"
                + " changed. Try again when there is space.");
    }

    /**
     * Creates or changes topics; checks all of them before it changes the first, so that a refusal for one changes nothing.
     */
    private Frame updateAll(Frame request, QuotaHolder by) {
        List<JsonValue> items = JsonReader.read(request.body()).asObject().array("topicConfigList");
        if (items.isEmpty() || items.size() > LIST_MAX) {
            return request.refuse(ResponseCode.INVALID_PARAMETER, "a request must name 1 to " + LIST_MAX
                    + " topics, not " + items.size());
        }
        Map<String, TopicSettings> wanted = new TreeMap<>();
        for (JsonValue item : items) {
            JsonValue.Obj topic = item.asObject();
            String name = topic.text("topicName", "");
            TopicSettings before = settings(name);
            TreeMap<String, String> attributes = new TreeMap<>(before == null ? Map.of() : before.attributes());
            Attributes.alter(attributes, topic.object("attributes"), Attributes.OF_TOPICS);
            Attributes.field(attributes, FILTER_TYPE, topic.text(FILTER_TYPE, FILTER_STANDARD), FILTER_STANDARD);
            Attributes.field(attributes, SYSTEM_FLAG, Long.toString(topic.number(SYSTEM_FLAG, 0)), "0");
            TopicSettings settings = settings(
                    topic.number("readQueueNums", 8), topic.number("writeQueueNums", 8),
                    topic.number("perm", TopicSettings.READ | TopicSettings.WRITE), topic.bool("order", false), attributes);
            Frame refusal = refusal(request, by, name, settings);
            if (refusal != null) {
                return refusal;
            }
            wanted.put(name, settings);
        }
        for (Map.Entry<String, TopicSettings> topic : wanted.entrySet()) {
            Frame refusal = refusal(request, by, topic.getKey(), topic.getValue());
            Frame answer = refusal != null ? refusal : create(request, by, topic.getKey(), topic.getValue());
            if (answer.code() != ResponseCode.SUCCESS) {
                return answer;
            }
        }
        return request.ok(NO_BODY);
    }

    /** Shows all topics, or by topicSeq and maxTopicNum a page of them in the order of their names. */
    private Frame all(Frame request) {
        long from = Math.max(0, request.number("topicSeq", 0));
        long count = request.number("maxTopicNum", Integer.MAX_VALUE);
        JsonWriter out = new JsonWriter().beginObject();
        version(out.name("dataVersion"), broker.topics().size());
        version(out.name("mappingDataVersion"), 0);
        out.name("topicConfigTable").beginObject();
        broker.topics().stream().skip(from).limit(Math.max(0, count)).forEach(t -> write(out.name(t.name()), t));
        return request.answer(
                ResponseCode.SUCCESS, null, Map.of("totalTopicNum", Integer.toString(broker.topics().size())),
                out.endObject().endObject().bytes());
    }

    void version(JsonWriter out, long counter) {
        out.beginObject().name("counter").value(counter).name("stateVersion").value(0);
        out.name("timestamp").value(statistics.startMs).endObject();
    }

    private static void write(JsonWriter out, Topic topic) {
        write(out, topic, topic.settings().permissions(), flag(topic));
    }

    /** Returns the topic's flag as tools have set it. */
    static long flag(Topic topic) {
        return Long.parseLong(Attributes.field(topic.settings().attributes(), SYSTEM_FLAG, "0"));
    }

    /**
     * @param permissions of the topic, for clients without those that the broker does not allow
     * @param flag what name servers pass on with the topic's route
     */
    static void write(JsonWriter out, Topic topic, int permissions, long flag) {
        TopicSettings settings = topic.settings();
        out.beginObject();
        Attributes.write(out, settings.attributes());
        out.name("order").value(settings.ordered()).name("perm").value(permissions);
        out.name("readQueueNums").value(settings.readPartitions());
        out.name(FILTER_TYPE).value(Attributes.field(settings.attributes(), FILTER_TYPE, FILTER_STANDARD));
        out.name("topicName").value(topic.name());
        out.name(SYSTEM_FLAG).value(flag);
        out.name("writeQueueNums").value(settings.writePartitions()).endObject();
    }

    private Frame show(Frame request) {
        Topic topic = broker.topic(request.require("topic"));
        if (topic == null) {
            return request.refuse(ResponseCode.TOPIC_NOT_EXIST, "No topic in this broker. topic: " + request.field("topic"));
        }
        JsonWriter out = new JsonWriter();
        write(out, topic);
        return request.ok(out.bytes());
    }

    private Frame delete(Frame request, QuotaHolder by) {
        String name = request.require("topic");
        if (destinations.systemTopics().contains(name)) {
            return request.refuse(ResponseCode.INVALID_PARAMETER, "The topic[" + name + "] is conflict with system topic.");
        }
        Topic topic = broker.topic(name);
        if (topic != null && !shard.turn().delete(topic)) {
            return full(request);
        }
        if (topic != null) {
            shard.audit().note(by, "topic " + name + " was deleted");
        }
        return request.ok(NO_BODY);
    }

    private Frame systemTopics(Frame request) {
        JsonWriter out = new JsonWriter().beginObject().name("topicList").beginArray();
        destinations.systemTopics().forEach(out::value);
        return request.ok(out.endArray().endObject().bytes());
    }
}
