package io.posthorse.protocol.rocketmq;

import io.posthorse.broker.InternalTopics;

/**
 * How this broker presents itself to RocketMQ clients.
 *
 * @param cluster name of its cluster
 * @param brokerName its name in the cluster
 * @param advertisedHost address that clients are told to dial, or null for the one that each client dialled
 * @param port of the broker's listener
 * @param messageBytesMax longest body
 * @param autoCreateTopics whether a topic comes to be with its first message
 * @param autoCreateGroups whether a consumer group comes to be with its first request
 * @param defaultQueues most queues of a topic that comes to be with its first message
 * @param propertyFilter whether consumers may select by SQL92 expressions
 * @param undecidedMs how long a transaction may be undecided before its producer is asked
 * @param delayMsMax how far ahead a message may be due
 */
public record RocketmqSettings(
        String cluster,
        String brokerName,
        String advertisedHost,
        int port,
        int messageBytesMax,
        boolean autoCreateTopics,
        boolean autoCreateGroups,
        int defaultQueues,
        boolean propertyFilter,
        long undecidedMs,
        long delayMsMax) {
    /** RocketMQ's names for the broker's own topics. */
    public static final InternalTopics INTERNAL_TOPICS = new InternalTopics(
            "SCHEDULE_TOPIC_XXXX", "rmq_sys_wheel_timer", "RMQ_SYS_TRANS_HALF_TOPIC", "TRANS_CHECK_MAX_TIME_TOPIC");
}
