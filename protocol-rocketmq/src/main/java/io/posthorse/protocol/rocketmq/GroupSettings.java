package io.posthorse.protocol.rocketmq;

import io.posthorse.broker.SubscriptionSettings;
import io.posthorse.codec.rocketmq.JsonReader;
import io.posthorse.codec.rocketmq.JsonValue;
import io.posthorse.codec.rocketmq.JsonWriter;
import io.posthorse.codec.rocketmq.MalformedFrameException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** A consumer group's settings in RocketMQ's JSON. Fields that the core does not use are stored and returned unchanged. */
final class GroupSettings {
    private static final String RETRY_POLICY = "groupRetryPolicy";
    private static final String RETRY_POLICY_STANDARD = "{\"type\":\"CUSTOMIZED\"}";
    private static final int RETRY_POLICY_MAX = 4_096;
    /** Numbers that are stored only, with their standard values. */
    private static final Map<String, Integer> KEPT = new LinkedHashMap<>();

    static {
        KEPT.put("brokerId", 0);
        KEPT.put("consumeTimeoutMinute", 15);
        KEPT.put("groupSysFlag", 0);
        KEPT.put("whichBrokerWhenConsumeSlowly", 1);
    }

    private GroupSettings() {}

    /**
     * Reads settings.
     *
     * @param before present settings of the group, or null
     */
    static SubscriptionSettings read(JsonValue.Obj body, SubscriptionSettings before) {
        SubscriptionSettings standard = SubscriptionSettings.STANDARD;
        TreeMap<String, String> attributes = new TreeMap<>(before == null ? Map.of() : before.attributes());
        Attributes.alter(attributes, body.object("attributes"), Attributes.OF_GROUPS);
        KEPT.forEach((name, value) -> Attributes.field(
                attributes, name, Long.toString(body.number(name, value)), Integer.toString(value)));
        String policy = body.get(RETRY_POLICY) instanceof JsonValue.Obj given
                ? new JsonWriter().value(given).toString()
                : RETRY_POLICY_STANDARD;
        if (policy.length() > RETRY_POLICY_MAX) {
            throw new MalformedFrameException("the retry policy is longer than " + RETRY_POLICY_MAX + " characters");
        }
        Attributes.field(attributes, RETRY_POLICY, policy, RETRY_POLICY_STANDARD);
        SubscriptionSettings wanted = SubscriptionSettings.ofOffsets(
                body.bool("consumeEnable", true),
                body.bool("consumeBroadcastEnable", true),
                body.bool("consumeFromMinEnable", true),
                body.bool("consumeMessageOrderly", false),
                body.integer("retryQueueNums", standard.retryPartitions()),
                body.integer("retryMaxTimes", standard.retryMax()),
                body.bool("notifyConsumerIdsChangedEnable", true),
                attributes);
        return before == null ? wanted : before.changed(wanted);
    }

    static void write(JsonWriter out, String group, SubscriptionSettings settings) {
        out.beginObject();
        Attributes.write(out, settings.attributes());
        out.name("consumeBroadcastEnable").value(settings.broadcastEnabled());
        out.name("consumeEnable").value(settings.consumeEnabled());
        out.name("consumeFromMinEnable").value(settings.consumeFromMin());
        out.name("consumeMessageOrderly").value(settings.ordered());
        out.name("groupName").value(group);
        String policy = Attributes.field(settings.attributes(), RETRY_POLICY, RETRY_POLICY_STANDARD);
        out.name(RETRY_POLICY).value(JsonReader.read(policy.getBytes(StandardCharsets.UTF_8)));
        KEPT.forEach((name, value) -> out.name(name).value(
                Long.parseLong(Attributes.field(settings.attributes(), name, Integer.toString(value)))));
        out.name("notifyConsumerIdsChangedEnable").value(settings.notifyMembers());
        out.name("retryMaxTimes").value(settings.retryMax());
        out.name("retryQueueNums").value(settings.retryPartitions()).endObject();
    }
}
