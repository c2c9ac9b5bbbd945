package io.posthorse.server.config;

import java.util.List;

/** The keys of RocketMQ 5.5's broker and name server that tune their implementation and have no counterpart here. */
final class OtherKeys {
    static final List<String> NAMES = List.of("""
            accessMessageInMemoryHotRatio accountStatsEnable accountStatsPrintZeroValues
            allowRecallWhenBrokerNotWriteable appendAckAsync appendCkAsync appendTopicForTimerDeleteKey asyncLearner
            asyncSendEnable autoDeleteUnusedStats autoMessageVersionOnTopicLen
            bottomMostCompressionTypeForConsumeQueueStore broadcastOffsetExpireMaxSecond broadcastOffsetExpireSecond
            brokerElectionPriority brokerHeartbeatInterval brokerNotActiveTimeoutMillis cgColdReadThreshold
            channelExpiredTimeout channelNotActiveInterval checkCommitLogOffsetOnRecover checkCRCOnRecover
            checkSyncStateSetPeriod cleanOfflineBrokerInterval cleanRocksDBDirtyCQIntervalMin cleanSwapedMapInterval
            clearRetryTopicWhenDeleteTopic clusterTest combineAssignOffsetCQType combineCQEnableCheckSelf
            combineCQLoadingCQTypes combineCQMaxExtraSearchCommitLogFiles combineCQPreferCQType
            combineCQUseRocksdbForLmq commercialBaseCount commercialSizePerMsg commitLogForceSwapMapInterval
            commitLogRecoverMaxNum commitLogSwapMapInterval commitLogSwapMapReserveFileNum configBlackList
            configManagerVersion connectTimeoutMillis consumerFallbehindThreshold consumerOffsetUpdateVersionStep
            correctLogicMinOffsetForceInterval correctLogicMinOffsetSleepInterval dataReadAheadEnable debugLockEnable
            defaultMessageRequestMode defaultPopShareQueueNum defaultQueryMaxNum delayOffsetUpdateVersionStep
            deleteTopicWithBrokerRegistration disableCallbackExecutor disableConsumeIfConsumerReadSlowly
            disableNettyWorkerGroup disappearTimeAfterStart diskFallRecorded diskSpaceCleanForciblyRatio
            diskSpaceWarningLevelRatio dispatchCqCacheNum dispatchCqThreads dispatchFromSenderThread
            enableAcceleratedRecovery enableAllTopicList enableAsyncReput enableAutoInSyncReplicas enableBatchPush
            enableBroadcastOffsetStore enableBuildConsumeQueueConcurrently enableCalcFilterBitMap
            enableCleanExpiredOffset enableCompaction enableConnectionMetrics enableControllerInNamesrv
            enableCreateSysGroup enabledAppendPropCRC enableDetailStat enableFastChannelEventProcess
            enableLagAndDlqMetrics enableLiteEventMode enableLitePopLog enableLmq enableLmqQuota enableLmqStats
            enableLogConsumeQueueRepeatedlyBuildWhenRecover enableMessageStoreMetrics enableMixedMessageType
            enableMultiDispatch enableNetWorkFlowControl enableNotifyAfterPopOrderLockRelease
            enableNotifyBeforePopCalculateLag enablePopBatchAck enablePopBufferMerge enablePopLog
            enablePopMessageThreshold enablePopMetrics enableReconnectForGoAway enableRegisterProducer
            enableRemoteEscape enableRemotingMetrics enableRequestMetrics enableRetryTopicV2 enableRocksDBLog
            enableRunningFlagsInFlush enableScheduleAsyncDeliver enableScheduleMessageStats enableShutdownGracefully
            enableSingleTopicRegister enableSkipLongAwaitingAck enableSplitMetadata enableSplitRegistration
            enableStatsMetrics enableTopicList enableTransactionMetrics estimateAccumulation
            expectConsumerNumUseFilter fetchControllerAddrByDnsLookup fetchNamesrvAddrInterval filterDataCleanTimeSpan
            filterSupportRetry flushConsumerOffsetHistoryInterval forceVerifyPropCRC forwardTimeout
            globalColdReadThreshold highSpeedMode indexFileReadEnable indexFileWriteEnable indexRocksDBEnable
            initPopOffsetByCheckMsgInMem isBrokerContainer isInBrokerContainer isolateLogEnable isScanAvailableNameSrv
            iteratorWhenUseRocksdbConsumeQueue loadBalancePollNameServerInterval lockInStrictMode
            logicalDiskSpaceCleanForciblyThreshold logicQueueForceSwapMapInterval logicQueueSwapMapInterval
            logicQueueSwapMapReserveFileNum mappedFileSizeTimerLog mappedFileSwapEnable
            mapperFileSizeBatchConsumeQueue maxAsyncPutMessageRequests maxBatchDeleteFilesNum maxChecksumRange
            maxClientEventCount maxConsumeQueueScan maxErrorRateOfBloomFilter maxHaTransferByteInSecond
            maxLiteSubscriptionCount maxLmqConsumeQueueNum maxMessageFilterNumForNotification maxMsgsNumBatch
            maxOffsetMapSize maxPopPollingSize maxReconnectIntervalTimeSeconds maxRecoveryCommitlogFiles
            maxRocksDBIndexQueryDays maxSlaveResendLength maxStatsIdleTimeInMinutes maxTopicLength
            memTableFlushIntervalMs messageStorePlugIn minLiteTTl needWaitForService notifyMinBrokerIdChanged
            orderMessageEnable persistConsumerOffsetIncrementally printChannelGroups printChannelGroupsMinNum
            priorityOrderAsc productEnvName pullBatchMaxMessageCount putConsumeQueueDataByFileChannel
            putMessageTimeout putMsgIndexHightWater readUnCommitted realTimeNotifyConsumerChange
            realTimePersistRocksDBConfig recheckReputOffsetFromCq recoverConcurrently regionId
            rejectPullConsumerEnable rejectTransactionMessage replicasPerDiskPartition
            retrieveMessageFromPopRetryTopicV1 returnOrderTopicConfigToBroker sampleCountThreshold sampleSteps
            scanNotActiveBrokerInterval scheduleAsyncDeliverMaxPendingLimit scheduleAsyncDeliverMaxResendNum2Blocked
            searchBcqByCacheEnable sendHeartbeatTimeoutMillis sharedByteBufferNum shutdownWaitTimeSeconds
            skipPreOnline skipWhenCKRePutReachMaxTimes socksProxyConfig spinLockCollisionRetreatOptimalDegree
            splitMetadataSize splitRegistrationSize startAcceptSendRequestTimeStamp statRocksDBCQIntervalSec
            storeReplyMessageEnable storeType subscriptionExpiredTimeout supportActingMaster
            syncBrokerMemberGroupPeriod syncBrokerMetadataPeriod syncControllerMetadataPeriod syncFromLastFile
            syncMasterFlushOffsetWhenStartup topicQueueLockNum transactionCheckRocksdbCoreThreads
            transactionCheckRocksdbMaxThreads transactionMetricFlushInterval transactionOpBatchInterval
            transactionOpMsgMaxSize transRocksDBEnable transWriteOriginTransHalfEnable travelCqFileNumWhenGetMessage
            updateNameServerAddrPeriod useABSLock useMessageFilterForNotification usePIDColdCtrStrategy
            useSeparateRetryQueue useSeparateStorePathForRocksdbCQ useServerSideResetOffset
            useSingleRocksDBForAllConfigs useStaticSubscription validateSystemTopicWhenUpdateTopic
            waitSecondsForService wakeCommitWhenPutMessage wakeFlushWhenPutMessage writeWithoutMmap
            """.strip().split("\\s+"));

    private OtherKeys() {}
}
