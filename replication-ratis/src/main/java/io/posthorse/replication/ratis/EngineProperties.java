package io.posthorse.replication.ratis;

import java.util.List;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.rpc.SupportedRpcType;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/** The engine's settings, where its defaults do not fit. The page docs/decisions/0050-apache-ratis.md says why. */
final class EngineProperties {
    private static final int PROTOCOL_MARGIN = 2 << 20;
    /** Entries of a request to a follower: few enough to be on its disk long before the request times out. */
    private static final int APPEND_ENTRIES_MAX = 256;

    /**
     * Pauses between calls to a follower that does not answer, with the number of each. Behind the last one the engine would
     * not pause at all, and its own list ends after an hour and a half.
     */
    private static final String CALLS_TO_A_FOLLOWER_THAT_IS_AWAY = "10ms,10, 1s,60, 2s,2000000000";

    private EngineProperties() {}

    static RaftProperties of(RatisSettings settings) {
        RaftProperties properties = new RaftProperties();
        RaftConfigKeys.Rpc.setType(properties, SupportedRpcType.GRPC);
        files(properties, settings);
        log(properties, settings.sizes());
        elections(properties, settings.times());
        port(properties, settings);
        return properties;
    }

    private static void files(RaftProperties properties, RatisSettings settings) {
        RaftServerConfigKeys.setStorageDir(properties, List.of(settings.directory().toFile()));
        RaftServerConfigKeys.setRemovedGroupsDir(properties, settings.directory().resolve("removed").toFile());
    }

    private static void log(RaftProperties properties, RatisSettings.Sizes sizes) {
        RaftServerConfigKeys.Log.Appender.setBufferByteLimit(properties, SizeInBytes.valueOf(sizes.entryMax()));
        RaftServerConfigKeys.Log.setWriteBufferSize(properties, SizeInBytes.valueOf(sizes.writeBuffer()));
        RaftServerConfigKeys.Log.setSegmentSizeMax(properties, SizeInBytes.valueOf(sizes.segment()));
        RaftServerConfigKeys.Log.setPreallocatedSize(properties, SizeInBytes.valueOf(Math.min(4 << 20, sizes.segment())));
        RaftServerConfigKeys.Log.setSegmentCacheNumMax(properties, 3);
        RaftServerConfigKeys.Log.setSegmentCacheSizeMax(properties, SizeInBytes.valueOf(sizes.segment()));
        RaftServerConfigKeys.Log.setCorruptionPolicy(properties, RaftServerConfigKeys.Log.CorruptionPolicy.EXCEPTION);
        RaftServerConfigKeys.Log.setUnsafeFlushEnabled(properties, false);
        RaftServerConfigKeys.Log.setAsyncFlushEnabled(properties, false);
        RaftServerConfigKeys.Log.setLogMetadataEnabled(properties, true);
        RaftServerConfigKeys.Log.setPurgeGap(properties, sizes.purgeGap());
        RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(properties, true);
        RaftServerConfigKeys.Log.Appender.setInstallSnapshotEnabled(properties, false);
        RaftServerConfigKeys.Log.Appender.setBufferElementLimit(properties, APPEND_ENTRIES_MAX);
        // With it a repeated request that has grown is answered as if its new entries were there: they would count for a
        // majority, and the follower never get them (docs/decisions/0054-appends-are-not-composed.md).
        RaftServerConfigKeys.Log.setAppendEntriesComposeEnabled(properties, false);
        RaftServerConfigKeys.Log.Appender.setRetryPolicy(properties, CALLS_TO_A_FOLLOWER_THAT_IS_AWAY);
        RaftServerConfigKeys.Log.Appender.setWaitTimeMin(properties, TimeDuration.ZERO);
        RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(properties, true);
        RaftServerConfigKeys.Snapshot.setAutoTriggerThreshold(properties, sizes.checkpointGap());
        RaftServerConfigKeys.RetryCache.setExpiryTime(properties, ms(5_000));
    }

    private static void elections(RaftProperties properties, RatisSettings.Times times) {
        RaftServerConfigKeys.Rpc.setTimeoutMin(properties, ms(times.electionMin()));
        RaftServerConfigKeys.Rpc.setTimeoutMax(properties, ms(times.electionMax()));
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(properties, ms(times.electionMin()));
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(properties, ms(times.electionMax()));
        RaftServerConfigKeys.Rpc.setRequestTimeout(properties, ms(times.request()));
        RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(properties, ms(times.stepDownWait()));
        RaftServerConfigKeys.LeaderElection.setPreVote(properties, true);
        RaftServerConfigKeys.Read.setLeaderLeaseEnabled(properties, false);
        RaftServerConfigKeys.setStagingCatchupGap(properties, 8);
        RaftServerConfigKeys.setCloseThreshold(properties, ms(600_000)); // a paused process goes on where it can
    }

    private static void port(RaftProperties properties, RatisSettings settings) {
        GrpcConfigKeys.Server.setHost(properties, settings.self().host());
        GrpcConfigKeys.Server.setPort(properties, settings.self().port());
        GrpcConfigKeys.setMessageSizeMax(
                properties, SizeInBytes.valueOf(settings.sizes().entryMax() + PROTOCOL_MARGIN));
        GrpcConfigKeys.setFlowControlWindow(properties, SizeInBytes.valueOf(4 << 20));
    }

    private static TimeDuration ms(long duration) {
        return TimeDuration.valueOf(duration, java.util.concurrent.TimeUnit.MILLISECONDS);
    }
}
