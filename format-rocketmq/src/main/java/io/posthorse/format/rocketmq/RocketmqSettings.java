package io.posthorse.format.rocketmq;

import io.posthorse.broker.InternalTopics;
import io.posthorse.broker.TopicSettings;
import io.posthorse.platform.QuotaShares;

/**
 * The settings by which this broker presents itself to RocketMQ clients.
 *
 * @param cluster name of its cluster
 * @param brokerName its name in the cluster
 * @param advertisedHost address to which clients are told to connect, or null for the one to which each client connected
 * @param port port of the broker's listener
 * @param propertyFilter whether consumers may select by SQL92 expressions
 * @param undecidedMs age in ms of an undecided transaction at which its producer is asked
 * @param delayMsMax maximum time in ms until a message is due
 * @param shares what one user and one address may have of limited resources
 * @param live settings that may change while the broker runs
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
     * @param messageBytesMax maximum length of a body
     * @param autoCreateTopics whether a first message creates its topic
     * @param autoCreateGroups whether a first request creates its consumer group
     * @param defaultQueues maximum queues of a topic that its first message creates
     * @param permission permission of clients for the whole broker: bits of {@link TopicSettings}
     */
    public record Choices(
            int messageBytesMax, boolean autoCreateTopics, boolean autoCreateGroups, int defaultQueues, int permission) {}

    /** The holder of the choices in force; they are changed as a whole, on the owner's thread, and read on any. */
    public static final class Live {
        private volatile Choices choices;
        private int grpcPort;

        public Live(Choices choices) {
            this.choices = choices;
        }

        public void change(Choices changed) {
            choices = changed;
        }

        /** Notes the open port for gRPC, or 0 where it was closed; called on the owner's thread. */
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

    /** Returns the flag by which a topic announces this broker's port for gRPC; 0 for all topics but the one of its name. */
    public int announced(String topic) {
        return topic.equals(brokerName) ? AnnouncedPort.flag(live.grpcPort) : 0;
    }

    /** Returns the permission bits of a topic, without those that the whole broker does not allow. */
    public int allowed(int topicPermissions) {
        return topicPermissions & (live.choices.permission | TopicSettings.INHERIT);
    }

    /** Returns the permission bits of clients for the whole broker. */
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
