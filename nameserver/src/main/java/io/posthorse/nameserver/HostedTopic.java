package io.posthorse.nameserver;

/** A topic on one broker. */
record HostedTopic(BrokerRoute broker, TopicRoute topic) {}
