package io.posthorse.format.rocketmq;

import io.posthorse.access.SystemNames;
import io.posthorse.broker.Broker;
import io.posthorse.broker.Shard;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.SubscriptionSettings;
import io.posthorse.broker.Topic;
import io.posthorse.broker.TopicSettings;
import io.posthorse.platform.QuotaHolder;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** RocketMQ's rules for topic and group names, and for creating them on first use. */
public final class TopicsAndGroups {
    /** The reason why RocketMQ's clients cannot use a group that another protocol created. */
    public static final String NOT_FOR_OFFSETS =
            "its messages are settled one by one, by clients of another protocol. Use a group of your own";
    public static final String DEFAULT_TOPIC = "TBW102";
    /** Queues that producers ask for unless they are configured otherwise. */
    public static final int DEFAULT_QUEUES = 4;
    /** Maximum length of the name of a topic that messages can be sent to. */
    public static final int TOPIC_LENGTH_MAX = 127;

    private static final int GROUP_LENGTH_MAX = 120;
    private static final int READ_WRITE = TopicSettings.READ | TopicSettings.WRITE;

    private final Shard shard;
    private final Broker broker;
    private final RocketmqSettings settings;

    public TopicsAndGroups(Shard shard, RocketmqSettings settings) {
        this.shard = shard;
        this.broker = shard.broker();
        this.settings = settings;
    }

    /** Creates the topics that tools expect on every broker. */
    public void createSystemTopics() {
        int all = READ_WRITE | TopicSettings.INHERIT;
        Broker turn = shard.turn();
        if (settings.autoCreateTopics()) {
            turn.createOrUpdate(DEFAULT_TOPIC, TopicSettings.of(settings.defaultQueues()).withPermissions(all));
        } else if (turn.topic(DEFAULT_TOPIC) != null) {
            turn.delete(turn.topic(DEFAULT_TOPIC));
        }
        Set<String> names = new TreeSet<>(ownTopics(settings));
        names.remove(DEFAULT_TOPIC);
        names.addAll(List.of("SELF_TEST_TOPIC", "OFFSET_MOVED_EVENT"));
        for (String name : names) {
            if (turn.topic(name) == null && problem(name, "topic", TOPIC_LENGTH_MAX) == null) {
                turn.createOrUpdate(name, TopicSettings.of(1).withPermissions(all));
            }
        }
    }

    /** Returns the topics of a broker with these settings, beside those of {@link SystemNames}. */
    public static Set<String> ownTopics(RocketmqSettings settings) {
        return ownTopics(settings.cluster(), settings.brokerName());
    }

    /** Returns the topics of a broker with these names, beside those of {@link SystemNames}. */
    public static Set<String> ownTopics(String cluster, String brokerName) {
        return new TreeSet<>(List.of(DEFAULT_TOPIC, cluster, brokerName, cluster + "_REPLY_TOPIC"));
    }

    /** Returns the topics that do not belong to users, whether or not they exist. */
    public SortedSet<String> systemTopics() {
        TreeSet<String> names = new TreeSet<>(SystemNames.own());
        names.addAll(ownTopics(settings));
        return names;
    }

    /** Returns what is wrong with a topic's name, or null. */
    public static String topicProblem(String name) {
        return problem(name, "topic", TOPIC_LENGTH_MAX);
    }

    /** Returns what is wrong with a group's name, or null. */
    public static String groupProblem(String name) {
        return problem(name, "group", GROUP_LENGTH_MAX);
    }

    private static String problem(String name, String kind, int lengthMax) {
        if (name == null || name.isBlank()) {
            return "The specified " + kind + " is blank.";
        }
        if (name.length() > lengthMax) {
            return "The specified " + kind + " is longer than " + kind + " max length " + lengthMax + ".";
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean legal = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
                    || c == '_' || c == '-' || c == '%' || c == '|';
            if (!legal) {
                return "The specified " + kind + ": " + name
                        + ", contains illegal characters, allowing only ^[%|a-zA-Z0-9_-]+$";
            }
        }
        return null;
    }

    /**
     * Creates the topic of a first message, after the topic that the producer named as the model.
     *
     * @param by the sender
     * @return null where topics are not created on first use, or the limit is reached
     */
    public Topic createFor(String name, String modelName, int queues, QuotaHolder by) {
        Topic model = broker.topic(modelName);
        boolean inherits = model != null && (model.settings().permissions() & TopicSettings.INHERIT) != 0;
        if (!settings.autoCreateTopics() || !inherits) {
            return null;
        }
        int count = Math.max(1, Math.min(queues, model.settings().writePartitions()));
        if (!hasRoomForTopic(by, count)) {
            return null;
        }
        int permissions = model.settings().permissions() & ~TopicSettings.INHERIT;
        Topic created = shard.turn().createOrUpdate(name, TopicSettings.of(count).withPermissions(permissions));
        if (created != null) {
            broker.creations().made(created, by);
            shard.audit().noteCreation(by, "topic " + name + " was created by its first message: " + count + " queues");
        }
        return created;
    }

    /** Returns whether a user or address may create one more topic with that many queues. */
    public boolean hasRoomForTopic(QuotaHolder by, int queues) {
        return broker.hasRoomForTopic() && broker.creations().admitsTopic(by, queues);
    }

    /** Returns whether a user or address may create one more group. */
    public boolean hasRoomForGroup(QuotaHolder by) {
        return broker.hasRoomForSubscription() && broker.creations().admitsSubscription(by);
    }

    /** Returns the settings with which a first message would create a topic; null where it would not create one. */
    public TopicSettings settingsFor(String name) {
        Topic model = broker.topic(DEFAULT_TOPIC);
        boolean inherits = model != null && (model.settings().permissions() & TopicSettings.INHERIT) != 0;
        if (!settings.autoCreateTopics() || !inherits || SystemNames.isOwn(name) || name.startsWith(SystemNames.RETRY)
                || name.startsWith(SystemNames.DEAD_LETTER) || !broker.hasRoomForTopic()) {
            return null;
        }
        return TopicSettings.of(Math.min(DEFAULT_QUEUES, model.settings().writePartitions()));
    }

    /** Returns the retry topic of a group, creates it where it is missing; null where the broker has no room for it. */
    public Topic retryTopic(Subscription group) {
        return internal(SystemNames.RETRY + group.name(), group.settings().retryPartitions(), group);
    }

    /**
     * Returns the dead-letter topic of a group, creates it where it is missing; null where the broker has no room for it.
     */
    public Topic deadLetterTopic(Subscription group) {
        return internal(SystemNames.DEAD_LETTER + group.name(), 1, group);
    }

    /** Returns an internal topic, creates it where it is missing; it counts for the creator of its group. */
    private Topic internal(String name, int queues, Subscription group) {
        Topic topic = broker.topic(name);
        QuotaHolder by = broker.creations().maker(group);
        if (topic != null || queues <= 0 || !hasRoomForTopic(by, queues)) {
            return topic;
        }
        Topic created = shard.turn().createOrUpdate(name, TopicSettings.of(queues));
        if (created != null) {
            broker.creations().made(created, by);
        }
        return created;
    }

    /** Returns a group; creates it where it is missing and groups are created on first use; otherwise null. */
    public Subscription group(String name, QuotaHolder by) {
        Subscription group = broker.subscription(name);
        if (group != null || !settings.autoCreateGroups() || !hasRoomForGroup(by) || groupProblem(name) != null) {
            return group;
        }
        Subscription created = shard.turn().createOrUpdate(name, SubscriptionSettings.STANDARD);
        if (created != null) {
            broker.creations().made(created, by);
            shard.audit().noteCreation(by, "group " + name + " was created by its first use");
        }
        return created;
    }
}
