package io.posthorse.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.server.config.ConfigSources.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The configurations of several brokers in one process. */
class SeveralBrokersConfigTest {
    private static ServerConfig load(String... sets) {
        List<String> all = new ArrayList<>(List.of("brokerName=b"));
        all.addAll(List.of(sets));
        return ConfigLoader.load(new ConfigSources(Role.BROKER, List.of(), null, null, Map.of(), all, "host"));
    }

    @Test
    void oneBrokerHasTheConfigurationOfTheProcess() {
        ServerConfig config = load();
        assertSame(config, SeveralBrokers.of(config, 0));
        assertEquals(10_000, config.part().connections(10_000));
    }

    @Test
    void eachHasANameADirectoryAndPortsOfItsOwn() {
        ServerConfig config = load("brokers=3");
        ServerConfig first = SeveralBrokers.of(config, 0);
        assertEquals(config.listen(), first.listen());
        assertEquals("b", first.identity().brokerName());
        assertEquals("data", first.storage().directory());
        ServerConfig last = SeveralBrokers.of(config, 2);
        assertEquals("b-2", last.identity().brokerName());
        assertEquals("b", SeveralBrokers.first("b-2"));
        assertTrue(last.storage().directory().replace('\\', '/').endsWith("data/brokers/2"));
        assertEquals(10_919, last.listen().brokerPort());
        assertEquals(10_917, last.listen().vipPort());
        for (int port : List.of(last.listen().nameServerPort(), last.listen().grpcPort(), last.listen().openwirePort())) {
            assertEquals(ServerConfig.OFF, port);
        }
        assertEquals(0, SeveralBrokers.of(load("brokers=3", "listenPort=0"), 2).listen().brokerPort());
        assertEquals(ServerConfig.OFF, SeveralBrokers.of(load("brokers=2", "vip.enabled=false"), 1).listen().vipPort());
        Map<String, String> shown = LiveSettings.start(last, Map.of(), new ArrayList<>()).shown();
        assertEquals("10919", shown.get("listenPort"));
        assertEquals("b-2", shown.get("brokerName"));
        assertEquals("false", shown.get("grpc.enabled"));
    }

    @Test
    void whatBoundsMemoryIsDivided() {
        ServerConfig config = load("brokers=4");
        List<ServerConfig> all = IntStream.range(0, 4).mapToObj(number -> SeveralBrokers.of(config, number)).toList();
        ServerConfig.Limits whole = config.limits();
        assertEquals(whole.topicsMax(), all.stream().mapToInt(each -> each.limits().topicsMax()).sum());
        assertEquals(whole.groupsMax(), all.stream().mapToInt(each -> each.limits().groupsMax()).sum());
        assertEquals(whole.delayedMax(), all.stream().mapToInt(each -> each.limits().delayedMax()).sum());
        assertEquals(whole.transactionsMax(), all.stream().mapToInt(each -> each.limits().transactionsMax()).sum());
        assertEquals(config.storage().hotBytes(), all.stream().mapToLong(each -> each.storage().hotBytes()).sum());
        assertEquals(List.of(4_000, 2_000, 2_000, 2_000),
                all.stream().map(each -> each.part().connections(10_000)).toList());
        ServerConfig small = SeveralBrokers.of(load(
                "brokers=16", "topics.max=1", "delayed.max=0", "read.hot.bytes=1048576", "connections.max=1"), 15);
        assertEquals(1, small.limits().topicsMax());
        assertEquals(0, small.limits().delayedMax());
        assertEquals(1 << 20, small.storage().hotBytes());
        assertEquals(1, small.part().connections(1));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "brokers=17 | 1 to 16",
        "brokers=0 | 1 to 16",
        "brokers=2;cluster.nodes=a=127.0.0.1:1,b=127.0.0.1:2;cluster.node=a | a node of a cluster has one broker",
        "brokers=2;brokerRole=SYNC_MASTER | several brokers in one process have no slaves",
        "brokers=2;brokerRole=ASYNC_MASTER | leave out brokerRole, haListenPort and haMasterAddress",
        "brokers=2;brokerRole=SLAVE;brokerId=1;haMasterAddress=a:1 | several brokers in one process have no slaves",
        "brokers=2;haListenPort=0 | several brokers in one process have no slaves",
        "brokers=2;listenPort=65533 | port 65537 of the last of 2 brokers is none: use a smaller listenPort",
        "brokers=2;listenPort=9872 | port 9876 is that of broker b-1, and used by another listener",
        "brokers=3;listenPort=9870 | port 9876 is that of broker b-2, and used by another listener",
    })
    void whatDoesNotFitIsRefusedInASentence(String sets, String words) {
        ConfigException refusal = assertThrows(ConfigException.class, () -> load(sets.split(";")));
        assertTrue(refusal.getMessage().contains(words), refusal.getMessage());
        load(sets.replaceFirst("brokers=\\d+", "brokers=1").split(";"));
    }

    @Test
    void aNameHasRoomForTheNumber() {
        ConfigException refusal = assertThrows(
                ConfigException.class, () -> load("brokers=2", "brokerName=" + "n".repeat(125)));
        assertTrue(refusal.getMessage().contains("it may have 124 characters"), refusal.getMessage());
        ServerConfig last = SeveralBrokers.of(load("brokers=16", "brokerName=" + "n".repeat(124)), 15);
        assertEquals(127, LiveSettings.start(last, Map.of(), new ArrayList<>()).shown().get("brokerName").length());
    }
}
