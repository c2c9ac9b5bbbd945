package io.posthorse.nameserver;

/** A topic on one broker. */
public record HostedTopic(BrokerRoute broker, TopicRoute topic) {}
