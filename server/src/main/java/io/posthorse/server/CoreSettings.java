package io.posthorse.server;

import io.posthorse.broker.BrokerSettings;
import io.posthorse.broker.PostponedLimits;
import io.posthorse.broker.Retention;
import io.posthorse.format.rocketmq.RocketmqSettings;
import io.posthorse.server.config.ServerConfig;
import java.time.Instant;
import java.time.ZoneId;

/** The settings of the core, from those of the process. */
final class CoreSettings {
    private CoreSettings() {}

    /**
     * Returns the settings of the core.
     *
     * @param inForce the configuration with what was changed while the broker ran
     */
    static BrokerSettings of(ServerConfig config, ServerConfig inForce, long checkpointBytes) {
        ServerConfig.Storage storage = config.storage();
        return new BrokerSettings(
                config.limits().topicsMax(),
                config.limits().groupsMax(),
                config.limits().queuesPerTopicMax(),
                RocketmqSettings.INTERNAL_TOPICS,
                config.topics().delaysMs(),
                new PostponedLimits(
                        config.limits().delayedMax(),
                        config.limits().transactionsMax(),
                        config.transactions().checkIntervalMs(),
                        config.transactions().checksMax()),
                checkpointBytes,
                storage.flushIntervalMs(),
                storage.hotBytes(),
                retention(inForce.storage()));
    }

    static Retention retention(ServerConfig.Storage storage) {
        return new Retention(
                storage.retentionMs(),
                storage.retentionBytes(),
                storage.diskUsedPercentMax() / 100.0,
                ms -> storage.deleteHours()
                        .contains(Instant.ofEpochMilli(ms).atZone(ZoneId.systemDefault()).getHour()));
    }
}
