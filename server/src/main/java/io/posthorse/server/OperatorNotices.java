package io.posthorse.server;

import io.posthorse.broker.Shard;
import java.time.Instant;
import java.time.ZoneId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reports what an operator should know of the disk and the log in the server log. */
final class OperatorNotices {
    private static final Logger LOG = LoggerFactory.getLogger(Server.class);

    private OperatorNotices() {}

    /** @param who begins each line: the broker, where there are several */
    static void from(Shard shard, String who) {
        shard.onFailure(cause -> LOG.error(
                "{}The disk has failed: {}. Nothing is acknowledged any more; what was committed can still be read. Mend the"
                        + " disk, then restart: the log is checked from its durable mark on.",
                who, cause.getMessage(), cause));
        shard.onSlowDisk(ms -> LOG.warn(
                "{}The disk has been busy for {} ms with bringing data to stable storage. Sends that wait for it take as"
                        + " long; look at what else writes to that disk.", who, ms));
        shard.onKept((topic, subscription) -> LOG.warn(
                "{}A part of the log has outlived its retention and stays, since a quarter of it and more is waited for: {}"
                        + " has messages in the topic {} that it has not consumed. Have it consume them, set its offset"
                        + " forward (mqadmin resetOffsetByTime), or delete the topic or the subscription.", who,
                        subscription, topic));
        shard.onNotice(notice -> LOG.warn("{}{}", who, notice));
        shard.onDropped((bytes, newestMs) -> LOG.info("{}Retention has dropped {} MiB of the log, the newest of it of {}",
                who, bytes >> 20, Instant.ofEpochMilli(newestMs).atZone(ZoneId.systemDefault()).toOffsetDateTime()));
    }
}
