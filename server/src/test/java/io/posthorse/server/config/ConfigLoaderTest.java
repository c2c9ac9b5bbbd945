package io.posthorse.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.platform.QuotaShares;
import io.posthorse.replication.Member;
import io.posthorse.server.config.ConfigSources.Role;
import io.posthorse.server.config.ServerConfig.BrokerRole;
import io.posthorse.server.config.ServerConfig.FlushMode;
import io.posthorse.server.config.ServerConfig.Identity;
import io.posthorse.server.config.ServerConfig.Limits;
import io.posthorse.server.config.ServerConfig.Listen;
import io.posthorse.server.config.ServerConfig.Storage;
import io.posthorse.server.config.ServerConfig.TlsMode;
import io.posthorse.server.config.ServerConfig.Transactions;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigLoaderTest {
    @Test
    void withoutASourceDefaultsApply() {
        ServerConfig config = load(null);

        assertEquals(
                new Listen(
                        "127.0.0.1", 10_911, 10_909, 9_876, 8_081, 61_616, null, new ServerConfig.Tls(
                                TlsMode.PERMISSIVE, null, null, ServerConfig.ClientAuth.none, null)),
                config.listen());
        assertEquals(
                new Identity("DefaultCluster", "host-1-example", 0, BrokerRole.ASYNC_MASTER, List.of(), 6),
                config.identity());
        assertEquals(
                new Storage(
                        "data", 1 << 30, FlushMode.ASYNC_FLUSH, 500, 72 * 3_600_000L, 0, List.of(4), 75, 4L << 30),
                config.storage());
        assertEquals(8, config.topics().queuesDefault());
        assertEquals(4 << 20, config.topics().messageBytesMax());
        assertEquals(18, config.topics().delaysMs().size());
        assertEquals(7_200_000, config.topics().delaysMs().getLast());
        assertTrue(config.topics().propertyFilter());
        assertEquals(new Transactions(6_000, 15, 30_000), config.transactions());
        assertEquals(
                new Limits(10_000, 120_000, 100_000, 100_000, 1_024, 10_000_000, 1_000_000, new QuotaShares(50, 50)),
                config.limits());
        assertEquals(List.of(), config.notes());
    }

    @Test
    void laterSourcesOverrideEarlierOnes() {
        String file = "namesrvAddr=file:1\nlistenPort=1001\nbrokerName=ofFile";
        Map<String, String> environment = Map.of("NAMESRV_ADDR", "env:2;env2:3", "OTHER", "x");

        ServerConfig config = load(file, environment, "listenPort=1002", "listenPort = 1003");
        ServerConfig set = load(file, environment, "namesrvAddr=set:4");

        assertEquals(List.of("file:1"), config.identity().nameServers());
        assertEquals(1_003, config.listen().brokerPort());
        assertEquals("ofFile", config.identity().brokerName());
        assertEquals(List.of("set:4"), set.identity().nameServers());
        assertEquals(List.of("env:2", "env2:3"), load("", environment).identity().nameServers());
        assertEquals(List.of(), load("", Map.of("NAMESRV_ADDR", "")).identity().nameServers());
        ConfigSources preset = new ConfigSources(
                Role.BROKER, List.of("listenPort=1", "namesrvAddr=preset:1", "vip.enabled=false"), "broker.conf",
                "listenPort=1001", environment, List.of(), "host");
        assertEquals(1_001, ConfigLoader.load(preset).listen().brokerPort());
        assertEquals(List.of("env:2", "env2:3"), ConfigLoader.load(preset).identity().nameServers());
        assertEquals(ServerConfig.OFF, ConfigLoader.load(preset).listen().vipPort());
    }

    @Test
    void blanksCommentsContinuationsAndEscapesAreReadAsInJavaProperties() {
        ServerConfig config = load("""
                \ufeff# a comment
                ! another one

                  listenPort   =   1001  \s
                messageDelayLevel = 1s \\
                    2m \\
                    3h
                storePathRootDir=C:\\\\mq\\u4e2d\\:x
                """);

        assertEquals(1_001, config.listen().brokerPort());
        assertEquals(List.of(1_000L, 120_000L, 10_800_000L), config.topics().delaysMs());
        assertEquals("C:\\mq中:x", config.storage().directory());
    }

    @Test
    void spellingsAreEqualAndTheLaterLineIsUsed() {
        assertEquals(1 << 20, load("mapedFileSizeCommitLog=1048576").storage().segmentBytes());
        assertEquals(1 << 20, load("mappedFileSizeCommitLog=1048576").storage().segmentBytes());
        ServerConfig twice = load("mapedFileSizeCommitLog=1048576\nmappedFileSizeCommitLog=2097152");
        assertEquals(2 << 20, twice.storage().segmentBytes());
        assertEquals(
                List.of("broker.conf:2: mappedFileSizeCommitLog was already set at broker.conf:1; this later"
                        + " value is used"),
                twice.notes());
        assertEquals("127.0.0.2", load("bindAddress=127.0.0.2").listen().bind());
        assertEquals(60_000, load("serverChannelMaxIdleTimeSeconds=60").limits().connectionIdleMs());
        assertEquals(7, load("transactionMsgTimeout=7").transactions().timeoutMs());
    }

    @Test
    void aSecretOnTheCommandLineIsNoted() {
        String user = "initAuthenticationUser={\"username\":\"root\",\"password\":\"secret-of-root\"}";
        assertEquals(
                List.of("--set: every user of this machine can read the secret in initAuthenticationUser in the list of"
                        + " processes; put it into the configuration file"),
                load("auth.enabled=true", Map.of(), user).notes());
        assertEquals(List.of(), load("auth.enabled=true\n" + user).notes());
    }

    @Test
    void allProblemsAreReportedAtOnceWithTheirPlaces() {
        ConfigException problems = assertThrows(
                ConfigException.class,
                () -> load(
                        "lisenPort=1\nmaxMessageSize=big\nnonsense\n\nflushDiskType=async\nqqqqqqqqqq=1",
                        Map.of("NAMESRV_ADDR", "nowhere"),
                        "vip.enable=true", "noSign", "topics.max=0"));

        assertEquals(
                List.of(
                        "environment NAMESRV_ADDR: namesrvAddr: the value \"nowhere\" is not valid: \"nowhere\" is not"
                                + " an address; at most 16 addresses host:port, separated by semicolons are expected",
                        "broker.conf:1: lisenPort: there is no such key; the nearest one is listenPort",
                        "broker.conf:2: maxMessageSize: the value \"big\" is not valid: a whole number, 1024 to"
                                + " 67108864 is expected",
                        "broker.conf:5: flushDiskType: the value \"async\" is not valid: ASYNC_FLUSH or SYNC_FLUSH is"
                                + " expected",
                        "--set: noSign: this is not key=value",
                        "--set: vip.enable: there is no such key; the nearest one is vip.enabled",
                        "--set: topics.max: the value \"0\" is not valid: a whole number, 1 to 1000000 is expected"),
                problems.problems().stream().map(ConfigProblem::toString).toList());
        assertEquals(7, problems.getMessage().lines().count());
    }

    @Test
    void keysWithoutAMeaningAreNotedOnceWithTheReason() {
        ServerConfig config = load("inSyncReplicas=1\ninSyncReplicas=2\nsendMessageThreadPoolNums=128");

        assertEquals(
                List.of(
                        "inSyncReplicas is ignored: a SYNC_MASTER waits for one slave, and the majority of a cluster is"
                                + " that of its nodes",
                        "sendMessageThreadPoolNums is ignored: there is no thread pool per kind of request"),
                config.ignored());
        assertEquals(List.of(), config.notes());
    }

    @Test
    void logLevelsApplyToAllOrSingleAreas() {
        assertEquals(Level.INFO, load("").logging().levels().all());
        LogLevels levels = load("log.level=warn, net=DEBUG,jms=TRACE").logging().levels();
        assertEquals(Level.WARNING, levels.all());
        assertEquals(Map.of("net", Level.FINE, "jms", Level.FINEST), levels.areas());
        assertEquals(Level.INFO, load("log.level=net=DEBUG").logging().levels().all());
        assertProblem("log.level=LOUD", "\"LOUD\" is not a level; OFF, ERROR, WARN, INFO, DEBUG or TRACE");
        assertProblem("log.level=INFO,nett=DEBUG", "\"nett\" is not an area");
    }

    @Test
    void shownAddressesAreValidInUrls() {
        assertEquals("[::1]:61616", load("bind=::1").listen().shown(61_616));
        assertEquals("127.0.0.1:61616", load("").listen().shown(61_616));
        ServerConfig open = load("bind=::\nbrokerIP1=mq.example\ninsecure=true");
        assertEquals("mq.example:9876", open.listen().shown(9_876));
        assertEquals("[2001:db8::7]:10911", load("brokerIP1=2001:db8::7").listen().advertised(10_911));
    }

    @Test
    void ignoredKeysThatWouldMatterAreAcceptedWithTheHarmlessValueOnly() {
        assertProblem("authorizationWhitelist=10", "only an empty value is accepted: no request code is exempt");
        assertProblem("enableDLegerCommitLog=true", "a cluster that elects is set up with cluster.nodes");
        assertProblem("useTLS=true", "tls.server.certPath names a certificate");
        assertProblem("brokerPermission=8", "a whole number, 0 to 7");
    }

    @Test
    void aKeyWithoutAValueIsNotSet() {
        ServerConfig config = load("brokerIP1=\nlistenPort= ");

        assertNull(config.listen().advertisedHost());
        assertEquals(10_911, config.listen().brokerPort());
        assertEquals(2, config.notes().size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.1.2.3", "localhost", "::1", "[::1]"})
    void thisMachineMayAlwaysConnect(String bind) {
        assertEquals(bind, load("bind=" + bind).listen().bind());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "192.168.1.4", "broker.example", "127.0.0.1.example"})
    void otherMachinesNeedTheOperatorsConsent(String bind) {
        assertProblem("bind=" + bind, "add insecure=true");
        assertEquals(bind, load("bind=" + bind + "\ninsecure=TRUE").listen().bind());
    }

    @Test
    void aNodeOfAClusterIsOneOfItsNodes() {
        String nodes = "cluster.nodes=a=127.0.0.1:10931,b=127.0.0.1:10932,c=[::1]:10933\n";
        ServerConfig.Cluster cluster = load(nodes + "cluster.node=b").cluster();
        assertEquals(new Member("b", "127.0.0.1", 10_932), cluster.self());
        assertEquals(new Member("c", "::1", 10_933), cluster.nodes().get(2));
        assertNull(load("").cluster());
        assertProblem(nodes, "it is missing: name this machine's node, one of a, b, c");
        assertProblem(nodes + "cluster.node=d", "d is none of them");
        assertProblem("cluster.node=a", "no effect without cluster.nodes");
        assertProblem("cluster.nodes=a:1,a:2", "the node a is named twice");
        assertProblem("cluster.nodes=a", "is not a node");
        assertProblem("cluster.nodes=::1:4", "is not a node");
        assertProblem("cluster.nodes=[::1]:4", "needs a name");
        String users = nodes + "cluster.node=a\nauth.enabled=true";
        assertTrue(load(users + "\ncluster.certificates=there").access().enabled());
        assertTrue(load(users + "\ninsecure=true").access().enabled());
        assertProblem(users, "without cluster.certificates every program of this machine");
        assertProblem(nodes + "cluster.node=a\ntls.server.mode=ENFORCING\ntls.server.certPath=c\ntls.server.keyPath=k",
                "set PERMISSIVE");
        assertProblem(nodes + "cluster.node=a\nnameserver.enabled=false", "register at each other's name servers");
    }

    @Test
    void aClusterHasOneBrokerNameAndTheNameServersOfItsNodes() {
        String nodes = "cluster.nodes=a=127.0.0.1:1,b=127.0.0.1:2,c=127.0.0.1:3\ncluster.node=a\n";
        ServerConfig config = load(nodes + "brokerClusterName=Shop");
        assertEquals("Shop", config.identity().brokerName());
        assertEquals(List.of("127.0.0.1:9876", "127.0.0.1:9876", "127.0.0.1:9876"), config.identity().nameServers());
        assertEquals(List.of("x:1"), load(nodes + "namesrvAddr=x:1").identity().nameServers());
        assertEquals("own", load(nodes + "brokerName=own").identity().brokerName());
        assertEquals(List.of(), config.notes());
        assertTrue(load("cluster.nodes=a=127.0.0.1:1,b=127.0.0.1:2\ncluster.node=a").notes().getFirst()
                .contains("name an odd number"));
    }

    @Test
    void nodesOnOtherMachinesNeedCertificatesAndAnOpenAddress() {
        String nodes = "cluster.nodes=a:10931,b:10931,c:10931\ncluster.node=a\n";
        assertProblem(nodes + "bind=0.0.0.0\ninsecure=true", "could take the cluster over");
        assertProblem(nodes + "cluster.certificates=d", "lets only programs of this machine in");
        ServerConfig config = load(nodes + "bind=0.0.0.0\ninsecure=true\ncluster.certificates=d");
        assertEquals("a", config.listen().advertisedHost());
        assertEquals(List.of("a:9876", "b:9876", "c:9876"), config.identity().nameServers());
        assertEquals("10.0.0.1", load(nodes + "bind=0.0.0.0\ninsecure=true\ncluster.certificates=d\nbrokerIP1=10.0.0.1")
                .listen().advertisedHost());
    }

    @Test
    void secT02UsersAloneAreNotEnoughBeyondThisMachine() {
        assertProblem("bind=0.0.0.0\nauth.enabled=true", "without encryption");
        assertProblem("bind=0.0.0.0\ntls.server.certPath=c\ntls.server.keyPath=k", "set auth.enabled=true");
        assertTrue(load("bind=0.0.0.0\nauth.enabled=true\ninsecure=true").access().enabled());
        String encrypted = "bind=0.0.0.0\nauth.enabled=true\ntls.server.certPath=c\ntls.server.keyPath=k";
        assertTrue(load(encrypted).notes().getFirst().contains("PERMISSIVE also accepts"));
        assertEquals(List.of(), load(encrypted + "\ntls.server.mode=ENFORCING").notes());
        assertProblem(encrypted + "\ntls.server.mode=DISABLED", "without encryption");
    }

    @Test
    void rocketMqsKeysOfAccessControlHaveTheSameMeaning() {
        assertFalse(load("").access().enabled());
        assertTrue(load("aclEnable=true").access().enabled());
        assertTrue(load("authenticationEnabled=true\nauthorizationEnabled=true").access().enabled());
        assertProblem("authenticationEnabled=true\nauthorizationEnabled=false", "users and rules go together");
        assertProblem("authorizationEnabled=true", "users and rules go together");
        assertProblem("auth.plain.acl=plain_acl.yml", "add auth.enabled=true");
        ServerConfig.Credentials first = load("auth.enabled=true\ninitAuthenticationUser={\"username\":\"rocketmq\","
                + "\"password\":\"12345678\"}").access().first();
        assertEquals("rocketmq", first.user());
        assertEquals("12345678", first.secret().reveal());
    }

    @Test
    void secT03ASecretIsNeverInAProblem() {
        for (String value : new String[] {"planted-secret", "{\"username\":\"a b\",\"password\":\"planted-secret\"}",
                "{\"password\":\"planted-secret\"}"}) {
            ConfigException refusal =
                    assertThrows(ConfigException.class, () -> load("auth.enabled=true\ninitAuthenticationUser=" + value));
            assertFalse(refusal.getMessage().contains("planted-secret"), refusal.getMessage());
        }
        ServerConfig config = load("auth.enabled=true\ninitAuthenticationUser={\"username\":\"ann\",\"password\":"
                + "\"planted-secret\"}");
        assertFalse(config.toString().contains("planted-secret"), config.toString());
    }

    @Test
    void anAdvertisedAddressThatCannotBeReachedIsNoted() {
        assertTrue(load("brokerIP1=192.168.1.4").notes().getFirst().contains("bind=127.0.0.1 accepts only connections"));
        assertEquals(List.of(), load("brokerIP1=192.168.1.4\nbind=0.0.0.0\ninsecure=true").notes());
        assertEquals(List.of(), load("brokerIP1=127.0.0.1").notes());
    }

    @Test
    void unreachableAddressesForOtherNameServersAreNoted() {
        assertTrue(load("namesrvAddr=10.1.2.3:9876").notes().getFirst().contains("bind=127.0.0.1 accepts only connections"));
        assertEquals(List.of(), load("namesrvAddr=localhost:9876;127.0.0.1:9877;[::1]:9878").notes());
        assertEquals(List.of(), load("namesrvAddr=10.1.2.3:9876\nbind=0.0.0.0\ninsecure=true").notes());
    }

    @Test
    void portsMustNotConflict() {
        assertEquals(ServerConfig.OFF, load("vip.enabled=false").listen().vipPort());
        assertEquals(ServerConfig.OFF, load("listenPort=0").listen().vipPort());
        assertEquals(ServerConfig.OFF, load("nameserver.enabled=false").listen().nameServerPort());
        assertEquals(0, load("nameserver.port=0\nlistenPort=0").listen().nameServerPort());
        assertEquals(1, load("listenPort=1\nvip.enabled=false").listen().brokerPort());
        assertProblem("listenPort=2", "listenPort - 2 is not a port");
        assertProblem("nameserver.port=10911", "port 10911 is used by the broker");
        assertProblem("nameserver.port=10909", "port 10909 is used by the broker");
        assertProblem("listenPort=65536", "0 to 65535");
    }

    @Test
    void rolesAreThoseOfRocketMq() {
        assertEquals(ServerConfig.OFF, load(null).replication().haPort(), "no role was chosen");
        ServerConfig master = load("brokerRole=ASYNC_MASTER");
        assertEquals(BrokerRole.ASYNC_MASTER, master.identity().role());
        assertEquals(10_912, master.replication().haPort());
        assertEquals(List.of(), master.notes());
        assertEquals(0, load("brokerRole=SYNC_MASTER\nlistenPort=0").replication().haPort());
        assertEquals(7_000, load("haListenPort=7000").replication().haPort());
        assertProblem("haListenPort=10911", "port 10911 is used by another listener");
        ServerConfig slave = load("brokerRole=SLAVE\nbrokerId=2\nhaMasterAddress=h:1\nslaveTimeout=9\nslaveReadEnable=true");
        assertEquals(2, slave.identity().brokerId());
        assertEquals(ServerConfig.OFF, slave.listen().openwirePort());
        assertEquals(ServerConfig.OFF, slave.listen().grpcPort());
        assertEquals(
                new ServerConfig.Replication(ServerConfig.OFF, null, "h:1", 9, 256 << 20, true), slave.replication());
        assertTrue(load("brokerRole=SLAVE\nbrokerId=1").notes().getFirst().contains("it follows nobody"));
        assertProblem("brokerRole=SLAVE", "0 is the id of the master");
        assertProblem("brokerRole=slave", "ASYNC_MASTER or SYNC_MASTER or SLAVE is expected");
        ServerConfig numbered = load("brokerId=3");
        assertEquals(0, numbered.identity().brokerId());
        assertTrue(numbered.notes().getFirst().contains("its id is 0"));
        String nodes = "cluster.nodes=a=127.0.0.1:1,b=127.0.0.1:2,c=127.0.0.1:3\ncluster.node=a\n";
        assertProblem(nodes + "brokerRole=SYNC_MASTER", "the nodes of a cluster are equal");
        assertProblem(nodes + "haListenPort=7000", "it is for masters and slaves");
    }

    @Test
    void aBrokerWithoutANameHasTheHostsName() {
        assertEquals("broker-a", load("brokerName=broker-a").identity().brokerName());
        ConfigSources nameless = new ConfigSources(null, null, Map.of(), List.of(), "");
        assertEquals("DEFAULT_BROKER", ConfigLoader.load(nameless).identity().brokerName());
        assertProblem("brokerName=a b", "a name of letters");
    }

    @Test
    void queuesOfNewTopicsMustBeWithinTheLimit() {
        assertProblem("queues.per.topic.max=7", "default: defaultTopicQueueNums: it is above queues.per.topic.max");
        assertEquals(7, load("queues.per.topic.max=7\ndefaultTopicQueueNums=7").limits().queuesPerTopicMax());
    }

    @Test
    void valuesAreCheckedByTheirType() {
        assertEquals(List.of(4, 16), load("deleteWhen=04;16").storage().deleteHours());
        assertProblem("deleteWhen=24", "hours from 00 to 23");
        assertProblem("messageDelayLevel=1s 2x", "\"2x\" is not a duration");
        assertProblem("messageDelayLevel=0s", "is not within");
        assertProblem("messageDelayLevel=" + "1s ".repeat(65), "65 durations are given");
        assertEquals(64, load("messageDelayLevel=" + "1s ".repeat(64)).topics().delaysMs().size());
        assertEquals(List.of(500L, 86_400_000L), load("messageDelayLevel=500ms 1d").topics().delaysMs());
        assertProblem("autoCreateTopicEnable=yes", "true or false is expected");
        assertProblem("namesrvAddr=a:1;b", "\"b\" is not an address");
        assertProblem("namesrvAddr=a:0", "\"a:0\" is not an address");
        assertProblem("namesrvAddr=" + "a:1;".repeat(17), "17 addresses");
        assertEquals(List.of("a:1", "[::1]:2"), load("namesrvAddr=a:1; [::1]:2;").identity().nameServers());
        assertProblem("mappedFileSizeCommitLog=1g", "1048576 to 2147483647");
        assertThrows(ConfigException.class, () -> load("", Map.of(), "diskMaxUsedSpaceRatio=96"), "on the command line");
        assertProblem("retention.bytes=-1", "a whole number from 0");
        assertProblem("brokerIP1=a/b", "a host name or address");
    }

    @Test
    void settingsThatRefusalsNameCanBeSet() {
        assertTrue(load("auth.enabled=true\nauth.plain.passwords=true").access().policy().plainPasswords());
        assertEquals(9, load("auth.enabled=true\nauth.password.min=9").access().policy().passwordCharsMin());
        assertEquals("/var/log/mq", load("log.directory=/var/log/mq").logging().directory());
        assertFalse(load("log.directory=none").logging().isFile());
    }

    @Test
    void declarationsAreConsistent() {
        assertTrue(Settings.ALL.size() <= 73);
        for (Setting<?> setting : Settings.ALL) {
            assertEquals(setting, Settings.find(setting.name()));
            assertTrue(setting.sentence().endsWith("."), setting.name());
            if (!setting.defaultText().isEmpty()) {
                setting.kind().parse(setting.defaultText());
            }
        }
        for (String name : IgnoredKeys.names()) {
            assertNull(Settings.find(name), name);
        }
    }

    @Test
    void anyTextIsAConfigurationOrARefusal() {
        Random random = new Random(3);
        String sample = "listenPort = 1001\nmessageDelayLevel=1s \\\n 2m\nstorePathRootDir=\\u4e2d\nbrokerIP1=a\n";
        for (int i = 0; i < 5_000; i++) {
            StringBuilder text = new StringBuilder(sample);
            for (int edits = random.nextInt(4); edits >= 0; edits--) {
                text.setCharAt(random.nextInt(text.length()), "\\=\n #:;0u\u0000z-".charAt(random.nextInt(12)));
            }
            try {
                load(text.substring(0, random.nextInt(text.length() + 1)));
            } catch (ConfigException expected) {
                assertFalse(expected.problems().isEmpty());
            }
        }
    }

    @Test
    void editsAreCounted() {
        assertEquals(0, NearestName.edits("abc", "abc"));
        assertEquals(1, NearestName.edits("abc", "abd"));
        assertEquals(3, NearestName.edits("", "abc"));
        assertEquals(2, NearestName.edits("flaw", "lawn"));
        assertFalse("listenPort".equals(NearestName.of("zzz", List.of("listenPort"))));
        assertEquals("listenPort", NearestName.of("LISTENPORT", List.of("brokerId", "listenPort")));
    }

    private static void assertProblem(String file, String part) {
        ConfigException refusal = assertThrows(ConfigException.class, () -> load(file));
        assertEquals(1, refusal.problems().size(), refusal.getMessage());
        assertTrue(refusal.getMessage().contains(part), refusal.getMessage());
    }

    private static ServerConfig load(String file) {
        return load(file, Map.of());
    }

    private static ServerConfig load(String file, Map<String, String> environment, String... sets) {
        return ConfigLoader.load(new ConfigSources("broker.conf", file, environment, List.of(sets), "host-1.example"));
    }
}
