package io.posthorse.server;

import io.posthorse.format.rocketmq.RocketmqSettings;
import io.posthorse.server.config.ServerConfig;

/** The settings of the RocketMQ protocols, from those of the process. */
final class RemotingSettings {
    private RemotingSettings() {}

    /**
     * Returns the settings of one broker.
     *
     * @param port of its remoting clients
     * @param live those that may change while it runs
     */
    static RocketmqSettings of(ServerConfig config, int port, RocketmqSettings.Live live) {
        return new RocketmqSettings(
                config.identity().cluster(),
                config.identity().brokerName(),
                config.listen().advertisedHost(),
                port,
                config.topics().propertyFilter(),
                config.transactions().timeoutMs(),
                config.topics().delayMsMax(),
                config.limits().shares(),
                live);
    }

    /** Returns those that may change while a broker runs. */
    static RocketmqSettings.Choices choices(ServerConfig config) {
        ServerConfig.Topics topics = config.topics();
        return new RocketmqSettings.Choices(
                topics.messageBytesMax(), topics.autoCreateTopics(), topics.autoCreateGroups(), topics.queuesDefault(),
                config.identity().permission());
    }
}
