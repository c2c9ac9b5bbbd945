package io.posthorse.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.server.config.ServerConfig.FlushMode;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/** Files with the keys of published RocketMQ set-ups, which are accepted unchanged. */
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
    void filesOfTwoMastersAreAccepted() {
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
            assertEquals("192.0.2.6", config.replication().haHost());
            assertEquals(10_912, config.replication().haPort());
            assertEquals(
                    15, config.ignored().size(), config.ignored().toString());
        }
    }

    @Test
    void filesOfSlavesAreAccepted() {
        for (String name : List.of("a", "b")) {
            assertSlave(TWO_MASTERS.formatted(name, 1, 11_011, "SLAVE", "ASYNC_FLUSH"));
        }
    }

    @Test
    void filesOfBrokersInContainersAreAccepted() {
        ServerConfig config = load(CONTAINER.formatted(10_911, "a", "SYNC_MASTER", 0));

        assertEquals(10_911, config.listen().brokerPort());
        assertEquals(48 * 3_600_000L, config.storage().retentionMs());
        assertSlave(CONTAINER.formatted(11_911, "b", "SLAVE", 1));
    }

    @Test
    void aLongerListOfDelayLevelsIsAccepted() {
        String levels = "messageDelayLevel=1s 5s 10s 30s 1m 2m 3m 4m 5m 6m 7m 8m 9m 10m 20m 32m 1h 2h 15s";

        assertEquals(15_000, load(levels).topics().delaysMs().get(18));
    }

    @Test
    void filesAreReadLikeJavaProperties() throws IOException {
        byte[] file = "brokerName=a\n# \u4e2d\u6587\nlistenPort: 1001\nfileReservedTime 5\nstray\n".getBytes("GBK");

        ServerConfig config = load(ConfigSources.text(file));

        assertEquals("a", config.identity().brokerName());
        assertEquals(1_001, config.listen().brokerPort());
        assertEquals(5 * 3_600_000L, config.storage().retentionMs());
        assertEquals(
                List.of("broker-a.properties:5: stray is ignored: there is no such key; docs/configuration.md lists all"
                        + " keys"),
                config.ignored());
        assertEquals("\u4e2d", ConfigSources.text("\u4e2d".getBytes(StandardCharsets.UTF_8)));
        Properties javas = new Properties();
        String odd = "a\\=b=c\n  d : e\\\n   f\ng\\u0068:=i\n!j=k\nl\nm\t=\tn\no==p";
        javas.load(new StringReader(odd));
        Map<String, String> ours = new HashMap<>();
        PropertiesText.read("odd", odd).forEach(entry -> ours.put(entry.key(), entry.value()));
        assertEquals(javas, ours);
    }

    @Test
    void valuesOutsideTheLimitsAreBoundedAndNoted() {
        ServerConfig config = load("diskMaxUsedSpaceRatio=98\nmaxMessageSize=16777216\nfileReservedTime=0\n"
                + "timerMaxDelaySec=99999999999999999999");

        assertEquals(95, config.storage().diskUsedPercentMax());
        assertEquals(16 << 20, config.topics().messageBytesMax());
        assertEquals(3_600_000, config.storage().retentionMs());
        assertEquals(
                List.of(
                        "broker-a.properties:1: diskMaxUsedSpaceRatio=98 is outside the limits; 95 is used (a"
                                + " whole number, 10 to 95)",
                        "broker-a.properties:3: fileReservedTime=0 is outside the limits; 1 is used (a whole"
                                + " number, 1 to 876000)",
                        "broker-a.properties:4: timerMaxDelaySec=99999999999999999999 is outside the limits;"
                                + " 316224000 is used (a whole number, 1 to 316224000)"),
                config.notes());
        assertEquals(64 << 20, load("maxMessageSize=67108865").topics().messageBytesMax());
        ServerConfig small = load("maxMessageSize=4000000\nmappedFileSizeCommitLog=1048576");
        assertEquals((1 << 20) - (256 << 10), small.topics().messageBytesMax());
        assertTrue(small.notes().getFirst().contains("exceeds the size of a segment"), small.notes().toString());
        assertThrows(ConfigException.class, () -> load("listenPort=65536"), "a port is not an amount");
    }

    @Test
    void unknownKeysPreventTheStartOnlyWhereTheyMayBeMisspelled() {
        ServerConfig config = load("enableSomethingOfAFork=true\nstorePathCommitLg=1\nqqqqqqqqqq=1");

        assertEquals(3, config.ignored().size(), config.ignored().toString());
        assertTrue(config.ignored().get(1).endsWith("storePathCommitLg is ignored: there is no such key; the nearest one is"
                + " storePathCommitLog"), config.ignored().get(1));
        assertEquals(List.of(), config.notes(), "notes are separate");
        for (String near : List.of("listenprt=1", "brokerNam=a", "MaxMessageSize=5000", "fileReservedTimes=1", "bnd=x")) {
            assertThrows(ConfigException.class, () -> load(near), near);
        }
    }

    @Test
    void theSwitchOfRocketmq4FindsItsAccountsOrReportsTheirAbsence() {
        ServerConfig found = ConfigLoader.load(new ConfigSources(
                ConfigSources.Role.BROKER, List.of(), "broker.conf", "aclEnable=true", Map.of(), List.of(), "host",
                "/etc/mq/plain_acl.yml"));
        assertEquals("/etc/mq/plain_acl.yml", found.access().plainAcl());
        assertEquals(
                List.of("broker.conf:1: aclEnable=true: accounts are read from /etc/mq/plain_acl.yml"), found.notes());

        ServerConfig missing = load("aclEnable=true");
        assertNull(missing.access().plainAcl());
        assertTrue(missing.notes().getFirst().contains("there is no plain_acl.yml"), missing.notes().toString());
        assertEquals(List.of(), load("auth.enabled=true").notes());
        assertEquals("own.yml", load("aclEnable=true\nauth.plain.acl=own.yml").access().plainAcl());
    }

    private static void assertSlave(String file) {
        ServerConfig config = load(file);
        assertEquals(ServerConfig.BrokerRole.SLAVE, config.identity().role());
        assertEquals(1, config.identity().brokerId());
    }

    private static ServerConfig load(String file) {
        return ConfigLoader.load(new ConfigSources("broker-a.properties", file, Map.of(), List.of(), "host"));
    }
}
