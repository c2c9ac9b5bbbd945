package io.posthorse.format.rocketmq;

import java.util.SortedMap;

/**
 * How one broker of a cluster offers a topic.
 *
 * @param addresses host:port of its remoting listener by broker id; the master's id is 0
 * @param permissions bits of {@link io.posthorse.broker.TopicSettings}
 * @param flag the topic's flag as the broker registered it, see {@link AnnouncedPort}
 */
public record TopicOnBroker(
        String brokerName, SortedMap<Long, String> addresses, int readQueues, int writeQueues, int permissions,
        int flag) {}
