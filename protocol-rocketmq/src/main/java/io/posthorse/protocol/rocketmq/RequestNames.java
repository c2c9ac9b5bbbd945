package io.posthorse.protocol.rocketmq;

import io.posthorse.broker.Broker;
import io.posthorse.broker.Topic;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.JsonValue;
import io.posthorse.codec.rocketmq.MalformedFrameException;
import io.posthorse.codec.rocketmq.MessageView;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Finds the names of the resources that a request is about, where they are not plain fields: in its body, or in a stored
 * message that it refers to. A reference to a missing resource gives no name and needs no permission, since the request will
 * not find the resource either.
 */
final class RequestNames {
    private static final int NAMES_MAX = 10_000;

    private final Broker broker;
    private final RequestBodies bodies;

    RequestNames(Broker broker, RequestBodies bodies) {
        this.broker = broker;
        this.bodies = bodies;
    }

    /**
     * Returns the names that a source stands for; null where a required field is missing.
     *
     * @param isSuper whether a super user asks, who may send larger bodies
     */
    List<String> of(String source, Frame request, boolean isSuper) {
        if (source.startsWith("@")) {
            return special(source, request, isSuper);
        }
        boolean optional = source.endsWith("?");
        String value = request.field(optional ? source.substring(0, source.length() - 1) : source);
        if (value == null || value.isEmpty()) {
            return optional ? List.of() : null;
        }
        return List.of(value);
    }

    private List<String> special(String source, Frame request, boolean isSuper) {
        return switch (source) {
            case "@message" -> topicAt(request.number("offset", -1));
            case "@messageId" -> topicAt(OffsetMessageId.position(request.field("msgId")));
            case "@prepared" -> topicAt(broker.transactions().position(request.number("tranStateTableOffset", -1)));
            case "@newGroup" -> newGroup(request.require("group"));
            case "@newDestGroup" -> newGroup(request.require("destGroup"));
            case "@filterGroups" -> List.of(request.fields().getOrDefault("filterGroups", "").split(",")).stream()
                    .filter(s -> !s.isEmpty())
                    .toList();
            case "@statsTopics" -> ConsumeRequests.askedTopics(request);
            case "@cloneTopics" -> OffsetAdminRequests.clonedTopics(broker, request).stream().map(Topic::name).toList();
            case "@beatGroups" -> each(body(request, isSuper).array("consumerDataSet"), "groupName");
            case "@beatTopics" -> beatTopics(body(request, isSuper));
            case "@lockTopics" -> each(body(request, isSuper).array("mqSet"), "topic");
            case "@ackGroups" -> each(body(request, isSuper).array("acks"), "c");
            case "@ackTopics" -> each(body(request, isSuper).array("acks"), "t");
            case "@topicConfigList" -> each(body(request, isSuper).array("topicConfigList"), "topicName");
            case "@groupConfigList" -> each(body(request, isSuper).array("groupConfigList"), "groupName");
            case "@checkTopic" -> List.of(body(request, isSuper).object("subscriptionData").text("topic", ""));
            default -> List.of(body(request, isSuper).text(source.substring(1), ""));
        };
    }

    private static List<String> each(List<JsonValue> items, String name) {
        return bounded(items.stream().map(item -> item.asObject().text(name, "")));
    }

    private static List<String> beatTopics(JsonValue.Obj beat) {
        List<String> topics = new ArrayList<>();
        for (JsonValue group : beat.array("consumerDataSet")) {
            topics.addAll(each(group.asObject().array("subscriptionDataSet"), "topic"));
        }
        return bounded(topics.stream());
    }

    private JsonValue.Obj body(Frame request, boolean isSuper) {
        return isSuper ? bodies.of(request) : bodies.ofUser(request);
    }

    private List<String> newGroup(String name) {
        return broker.subscription(name) == null ? List.of(name) : List.of();
    }

    /** Returns the distinct names; refuses too many, since the permission for each is checked. */
    private static List<String> bounded(Stream<String> names) {
        List<String> all = names.distinct().toList();
        if (all.size() > NAMES_MAX) {
            throw new MalformedFrameException("the request names " + all.size() + " resources; the maximum is " + NAMES_MAX);
        }
        return all;
    }

    private List<String> topicAt(long position) {
        ByteBuffer stored = position < 0 ? null : broker.resident().message(position);
        return stored == null ? List.of() : List.of(MessageView.of(stored).topic());
    }
}
