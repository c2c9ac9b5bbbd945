package io.posthorse.access;

import java.util.Set;

/** The names of topics that have a meaning for the broker in every protocol. */
public final class SystemNames {
    /** Prefix of a group's name: the topic of messages that the group has still to retry. */
    public static final String RETRY = "%RETRY%";
    /** Prefix of a group's name: the topic of messages that the group could not process. */
    public static final String DEAD_LETTER = "%DLQ%";

    static final String TRACE_TOPIC = "RMQ_SYS_TRACE_TOPIC";
    static final String SYSTEM = "RMQ_SYS_";

    /** Topics that RocketMQ uses internally, to which no client may send. */
    private static final Set<String> OWN = Set.of(
            "SCHEDULE_TOPIC_XXXX", "rmq_sys_wheel_timer", "RMQ_SYS_TRANS_HALF_TOPIC", "RMQ_SYS_TRANS_OP_HALF_TOPIC",
            "TRANS_CHECK_MAX_TIME_TOPIC", "SELF_TEST_TOPIC", "OFFSET_MOVED_EVENT");

    private SystemNames() {}

    /** Returns the topics that RocketMQ uses internally. */
    public static Set<String> own() {
        return OWN;
    }

    /** Returns whether RocketMQ uses a topic internally, so that no client may send to it. */
    public static boolean isOwn(String topic) {
        return OWN.contains(topic);
    }

    /** Returns whether a topic is internal on every broker, or one that a broker has for a group. */
    public static boolean isInternal(String topic) {
        return isOwn(topic) || topic.startsWith(SYSTEM) || topic.startsWith(RETRY) || topic.startsWith(DEAD_LETTER);
    }
}
