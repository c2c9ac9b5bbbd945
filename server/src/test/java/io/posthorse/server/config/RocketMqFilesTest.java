package io.posthorse.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.server.config.ServerConfig.FlushMode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Files with the keys that published RocketMQ set-ups have are taken as they are. */
class RocketMqFilesTest {
    private static final String TWO_MASTERS = """
            #exposed address
            brokerIP1=192.0.2.6
            brokerIP2=192.0.2.6
            brokerClusterName=rocketmq-cluster
            brokerName=broker-%s
            #0 is a master
            brokerId=%d
            namesrvAddr=nameserver1:9876;nameserver2:9876
            defaultTopicQueueNums=4
            autoCreateTopicEnable=true
            autoCreateSubscriptionGroup=true
            listenPort=%d
            deleteWhen=04
            fileReservedTime=120
            mapedFileSizeCommitLog=1073741824
            mapedFileSizeConsumeQueue=300000
            destroyMapedFileIntervalForcibly=120000
            redeleteHangedFileInterval=120000
            diskMaxUsedSpaceRatio=88
            storePathRootDir=/srv/rocketmq/store/broker
            storePathCommitLog=/srv/rocketmq/store/broker/commitlog
            storePathConsumeQueue=/srv/rocketmq/store/broker/consumequeue
            storePathIndex=/srv/rocketmq/store/broker/index
            storeCheckpoint=/srv/rocketmq/store/broker/checkpoint
            abortFile=/srv/rocketmq/store/broker/abort
            maxMessageSize=65536
            flushCommitLogLeastPages=4
            flushConsumeQueueLeastPages=2
            flushCommitLogThoroughInterval=10000
            flushConsumeQueueThoroughInterval=60000
            brokerRole=%s
            flushDiskType=%s
            checkTransactionMessageEnable=false
            sendMessageThreadPoolNums=128
            pullMessageThreadPoolNums=128
            """;
    private static final String CONTAINER = """
            listenPort=%d
            brokerIP1=192.0.2.8
            brokerClusterName=DefaultCluster
            brokerName=broker-%s
            brokerRole=%s
            brokerId=%d
            deleteWhen=04
            fileReservedTime=48
            flushDiskType=ASYNC_FLUSH
            namesrvAddr=192.0.2.8:9876;192.0.2.9:9876
            enablePropertyFilter=true
            """;

    @Test
    void mastersOfAPairOfMachines() {
        for (String name : List.of("a", "b")) {
            ServerConfig config = load(TWO_MASTERS.formatted(name, 0, 10_911, "SYNC_MASTER", "SYNC_FLUSH"));

            assertEquals("broker-" + name, config.identity().brokerName());
            assertEquals("rocketmq-cluster", config.identity().cluster());
            assertEquals(List.of("nameserver1:9876", "nameserver2:9876"), config.identity().nameServers());
            assertEquals("192.0.2.6", config.listen().advertisedHost());
            assertEquals(FlushMode.SYNC_FLUSH, config.storage().flush());
            assertEquals(120 * 3_600_000L, config.storage().retentionMs());
            assertEquals(88, config.storage().diskUsedPercentMax());
            assertEquals(65_536, config.topics().messageBytesMax());
            assertEquals(4, config.topics().queuesDefault());
            assertTrue(config.notes().contains("brokerIP2 is ignored: there is no replication yet"));
            assertEquals(
                    16, config.notes().stream().filter(note -> note.contains(" is ignored: ")).count());
        }
    }

    @Test
    void theirSlavesAreRefusedForTheirRoleOnly() {
        for (String name : List.of("a", "b")) {
            assertSlaveRefused(TWO_MASTERS.formatted(name, 1, 11_011, "SLAVE", "ASYNC_FLUSH"));
        }
    }

    @Test
    void brokersInContainers() {
        ServerConfig config = load(CONTAINER.formatted(10_911, "a", "SYNC_MASTER", 0));

        assertEquals(10_911, config.listen().brokerPort());
        assertEquals(48 * 3_600_000L, config.storage().retentionMs());
        assertSlaveRefused(CONTAINER.formatted(11_911, "b", "SLAVE", 1));
    }

    @Test
    void aLongerListOfDelayLevels() {
        String levels = "messageDelayLevel=1s 5s 10s 30s 1m 2m 3m 4m 5m 6m 7m 8m 9m 10m 20m 32m 1h 2h 15s";

        assertEquals(15_000, load(levels).topics().delaysMs().get(18));
    }

    private static void assertSlaveRefused(String file) {
        ConfigException refusal = assertThrows(ConfigException.class, () -> load(file));
        assertEquals(1, refusal.problems().size(), refusal.getMessage());
        assertEquals("brokerRole", refusal.problems().getFirst().key());
    }

    private static ServerConfig load(String file) {
        return ConfigLoader.load(new ConfigSources("broker-a.properties", file, Map.of(), List.of(), "host"));
    }
}
