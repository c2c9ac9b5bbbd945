package io.posthorse.access;

import java.util.Set;

/** Names of topics that mean something to the broker, whichever protocol says them. */
public final class SystemNames {
    /** Before the name of a group: the topic of messages that the group could not process yet. */
    public static final String RETRY = "%RETRY%";
    /** Before the name of a group: the topic of messages that the group gave up. */
    public static final String DEAD_LETTER = "%DLQ%";

    static final String TRACE_TOPIC = "RMQ_SYS_TRACE_TOPIC";
    static final String SYSTEM = "RMQ_SYS_";

    /** Topics of RocketMQ's own machinery that nobody may send to. */
    private static final Set<String> OWN = Set.of(
            "SCHEDULE_TOPIC_XXXX", "rmq_sys_wheel_timer", "RMQ_SYS_TRANS_HALF_TOPIC", "RMQ_SYS_TRANS_OP_HALF_TOPIC",
            "TRANS_CHECK_MAX_TIME_TOPIC", "SELF_TEST_TOPIC", "OFFSET_MOVED_EVENT");

    private SystemNames() {}

    /** Topics of RocketMQ's own machinery. */
    public static Set<String> own() {
        return OWN;
    }

    /** Whether a topic is one of RocketMQ's own machinery, which nobody may send to. */
    public static boolean isOwn(String topic) {
        return OWN.contains(topic);
    }

    /** Whether a topic is one of every broker's machinery, or what a broker keeps for a group. */
    public static boolean isInternal(String topic) {
        return isOwn(topic) || topic.startsWith(SYSTEM) || topic.startsWith(RETRY) || topic.startsWith(DEAD_LETTER);
    }
}
