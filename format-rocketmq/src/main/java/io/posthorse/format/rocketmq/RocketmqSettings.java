package io.posthorse.format.rocketmq;

import io.posthorse.broker.InternalTopics;
import io.posthorse.broker.TopicSettings;
import io.posthorse.platform.QuotaShares;

/**
 * How this broker presents itself to RocketMQ clients.
 *
 * @param cluster name of its cluster
 * @param brokerName its name in the cluster
 * @param advertisedHost address that clients are told to dial, or null for the one that each client dialled
 * @param port of the broker's listener
 * @param propertyFilter whether consumers may select by SQL92 expressions
 * @param undecidedMs how long a transaction may be undecided before its producer is asked
 * @param delayMsMax how far ahead a message may be due
 * @param shares what one user and one address may have of what all share
 * @param live what may change while the broker runs
 */
public record RocketmqSettings(
        String cluster,
        String brokerName,
        String advertisedHost,
        int port,
        boolean propertyFilter,
        long undecidedMs,
        long delayMsMax,
        QuotaShares shares,
        Live live) {
    /** RocketMQ's names for the broker's own topics. */
    public static final InternalTopics INTERNAL_TOPICS = new InternalTopics(
            "SCHEDULE_TOPIC_XXXX", "rmq_sys_wheel_timer", "RMQ_SYS_TRANS_HALF_TOPIC", "TRANS_CHECK_MAX_TIME_TOPIC");

    /**
     * Settings that may change while the broker runs.
     *
     * @param messageBytesMax longest body
     * @param autoCreateTopics whether a topic comes to be with its first message
     * @param autoCreateGroups whether a consumer group comes to be with its first request
     * @param defaultQueues most queues of a topic that comes to be with its first message
     * @param permission what clients may do with this broker at all: bits of {@link TopicSettings}
     */
    public record Choices(
            int messageBytesMax, boolean autoCreateTopics, boolean autoCreateGroups, int defaultQueues, int permission) {}

    /** Holds the choices in force; changed as a whole, on the owner's thread, and read on any. */
    public static final class Live {
        private volatile Choices choices;
        private int grpcPort;

        public Live(Choices choices) {
            this.choices = choices;
        }

        public void change(Choices changed) {
            choices = changed;
        }

        /** Notes the port for gRPC that is open, 0 where none is any more; on the owner's thread. */
        public void grpcOpened(int port) {
            grpcPort = port;
        }
    }

    public int messageBytesMax() {
        return live.choices.messageBytesMax;
    }

    public boolean autoCreateTopics() {
        return live.choices.autoCreateTopics;
    }

    public boolean autoCreateGroups() {
        return live.choices.autoCreateGroups;
    }

    public int defaultQueues() {
        return live.choices.defaultQueues;
    }

    /** The flag by which a topic announces this broker's port for gRPC; 0 for all but the topic of the broker's name. */
    public int announced(String topic) {
        return topic.equals(brokerName) ? AnnouncedPort.flag(live.grpcPort) : 0;
    }

    /** Permission bits of a topic, less what the whole broker does not allow. */
    public int allowed(int topicPermissions) {
        return topicPermissions & (live.choices.permission | TopicSettings.INHERIT);
    }

    /** What clients may do with this broker at all. */
    public int permission() {
        return live.choices.permission;
    }

    public boolean isWritable() {
        return (live.choices.permission & TopicSettings.WRITE) != 0;
    }

    public boolean isReadable() {
        return (live.choices.permission & TopicSettings.READ) != 0;
    }
}
