package io.posthorse.server.config;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The keys of RocketMQ that have no meaning here and are ignored, so that its files can be used unchanged; each with the
 * reason.
 */
final class IgnoredKeys {
    /**
     * Keys that are ignored for the same reason.
     *
     * @param names keys by name
     * @param pattern form of further keys, or null
     * @param onlyValue only value that may be ignored, or null where all may
     */
    record Family(String reason, List<String> names, Pattern pattern, String onlyValue) {
        boolean has(String key) {
            return names.contains(key) || pattern != null && pattern.matcher(key).matches();
        }
    }

    static final List<Family> FAMILIES = List.of(
            family("all data is below storePathRootDir",
                    "storePathCommitLog storePathConsumeQueue storePathIndex storeCheckpoint abortFile"
                            + " storePathEpochFile storePathBrokerIdentity storePathDLedgerCommitLog"),
            family("queues and indexes share files; there are no files per queue",
                    "mapedFileSizeConsumeQueue mappedFileSizeConsumeQueue maxHashSlotNum maxIndexNum"
                            + " enableConsumeQueueExt mappedFileSizeConsumeQueueExt bitMapLengthConsumeQueueExt"
                            + " messageIndexEnable messageIndexSafe"),
            family("a segment is deleted as soon as it has no readers",
                    "destroyMapedFileIntervalForcibly redeleteHangedFileInterval deleteCommitLogFilesInterval"
                            + " deleteConsumeQueueFilesInterval cleanResourceInterval cleanFileForciblyEnable"
                            + " deleteFileBatchMax"),
            family("a flush includes everything written, after flushIntervalCommitLog at the latest",
                    "flushCommitLogLeastPages flushCommitLogThoroughInterval flushCommitLogTimed"
                            + " flushConsumeQueueLeastPages flushConsumeQueueThoroughInterval flushIntervalConsumeQueue"
                            + " commitIntervalCommitLog commitCommitLogLeastPages commitCommitLogThoroughInterval"
                            + " transientStorePoolEnable transientStorePoolSize fastFailIfNoBufferInStorePool"
                            + " warmMapedFileEnable flushLeastPagesWhenWarmMapedFile syncFlushTimeout"
                            + " flushConsumerOffsetInterval flushDelayOffsetInterval"
                            + " useReentrantLockWhenPutMessage"),
            family("RocketMQ itself does not read it", "checkTransactionMessageEnable"),
            family("a busy broker slows its clients down; it drops no request because of its age",
                    "brokerFastFailureEnable osPageCacheBusyTimeOutMills", "waitTimeMillsIn\\w+"),
            family("there is no thread pool per kind of request",
                    "", "\\w+(ThreadPoolNums|QueueCapacity|PoolSize|ThreadNum|WorkerThreads|SelectorThreads)"),
            family("a SYNC_MASTER waits for one slave, and the majority of a cluster is that of its nodes",
                    "inSyncReplicas totalReplicas minInSyncReplicas allAckInSyncStateSet"),
            family("a slave has all of its master's records, and what is far behind is set with read.hot.bytes",
                    "offsetCheckInSlave accessMessageInMemoryMaxRatio"),
            family("the link between master and slave needs no such setting", "", "ha[A-Z]\\w+"),
            family("a pull without messages always waits, as long as its client requested",
                    "longPollingEnable shortPollingTimeMills notifyConsumerIdsChangedEnable"),
            family("the network layer needs no such setting",
                    "useEpollNativeSelector writeBufferHighWaterMark writeBufferLowWaterMark",
                    "(server|client)[A-Z]\\w+"),
            family("a name server learns of every change at once",
                    "registerNameServerPeriod registerBrokerTimeoutMills forceRegister compressedRegister"
                            + " fetchNamesrvAddrByAddressServer fetchNameSrvAddrByDnsLookup compatibleWithOldNameSrv"),
            family("this program has no installation directory, and its own files are below storePathRootDir",
                    "rocketmqHome configStorePath kvConfigPath"),
            family("the client's request limits the answer to a pull",
                    "maxTransferBytesOnMessageInMemory maxTransferCountOnMessageInMemory"
                            + " maxTransferBytesOnMessageInDisk maxTransferCountOnMessageInDisk maxFilterMessageSize"
                            + " transferMsgByHeap"),
            family("the topic for traces is a topic like any other", "traceTopicEnable msgTraceTopicName traceOn"),
            family("the topics that tools need always exist", "clusterTopicEnable brokerTopicEnable"),
            family("it belongs to a part of RocketMQ 5 that is not supported yet",
                    "recallMessageEnable",
                    "(timer|pop|revive|rocksdb|metric|metrics|lite|lmq|compaction|cold|controller)[A-Z]\\w+"),
            only("false", "connections are encrypted once tls.server.certPath names a certificate", "useTLS tlsEnable"),
            only("false", "accounts in RocketMQ 4's form are read from the file that auth.plain.acl names",
                    "migrateAuthFromV1Enabled"),
            only("", "no request code is exempt from access control", "authenticationWhitelist authorizationWhitelist"),
            family("users and rules are in the data directory, and are looked up in memory",
                    "authConfigPath authenticationProvider"
                            + " authenticationMetadataProvider authenticationStrategy authorizationProvider"
                            + " authorizationMetadataProvider authorizationStrategy",
                    "(user|acl|stateful)[A-Z]\\w+"),
            only("false", "a slave becomes master by its settings alone, and a cluster that elects is set up with"
                    + " cluster.nodes",
                    "enableDLegerCommitLog enableControllerMode duplicationEnable enableSlaveActingMaster"),
            new Family("it tunes RocketMQ's own implementation and has no counterpart here", OtherKeys.NAMES, null, null));

    private IgnoredKeys() {}

    private static Family family(String reason, String names) {
        return new Family(reason, split(names), null, null);
    }

    private static Family family(String reason, String names, String pattern) {
        return new Family(reason, split(names), Pattern.compile(pattern), null);
    }

    private static Family only(String value, String reason, String names) {
        return new Family(reason, split(names), null, value);
    }

    private static List<String> split(String names) {
        return names.isEmpty() ? List.of() : List.of(names.split(" "));
    }

    /** Returns the family of a key, or null where it belongs to none. */
    static Family find(String key) {
        for (Family family : FAMILIES) {
            if (family.has(key)) {
                return family;
            }
        }
        return null;
    }

    /** Returns all keys that are ignored by name. */
    static List<String> names() {
        List<String> names = new ArrayList<>();
        FAMILIES.forEach(family -> names.addAll(family.names()));
        return names;
    }
}
