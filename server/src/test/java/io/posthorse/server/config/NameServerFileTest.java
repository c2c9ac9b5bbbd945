package io.posthorse.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.server.config.ConfigSources.Role;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The file of a name server without a broker, in RocketMQ's form. */
class NameServerFileTest {
    @Test
    void itsPortIsCalledListenPort() {
        assertEquals(9_876, load("").listen().nameServerPort());
        assertEquals(9_877, load("listenPort=9877").listen().nameServerPort());
        assertEquals(9_877, load("nameserver.port=9877").listen().nameServerPort());
        assertEquals("9877", ConfigLoader.nameServerSettings(load("listenPort=9877")).get("listenPort"));
        assertEquals("9876", ConfigLoader.nameServerSettings(load("")).get("listenPort"));
    }

    @Test
    void keysWithoutAMeaningAreNotedOnceWithTheReason() {
        ServerConfig config = load("""
                rocketmqHome=/usr/local/rocketmq
                kvConfigPath=/root/namesrv/kvConfig.json
                configStorePath=/root/namesrv/namesrv.properties
                serverWorkerThreads=8
                scanNotActiveBrokerInterval=5000
                brokerName=broker-a
                brokerRole=SLAVE
                brokerName=broker-b
                """);

        assertEquals(7, config.ignored().size(), config.ignored().toString());
        assertTrue(config.ignored().contains(
                "brokerName is ignored: it is a broker's setting, and this is a name server without a broker"));
    }

    @Test
    void allProblemsAreReportedAtOnce() {
        ConfigException refusal = assertThrows(
                ConfigException.class, () -> load("lisenPort=1\nlistenPort=70000\nauth.enabled=yes"));

        assertEquals(
                List.of(
                        "namesrv.properties:1: lisenPort: there is no such key; the nearest one is listenPort",
                        "namesrv.properties:2: listenPort: the value \"70000\" is not valid: a whole number, 0 to 65535 is"
                                + " expected",
                        "namesrv.properties:3: auth.enabled: the value \"yes\" is not valid: true or false is expected"),
                refusal.problems().stream().map(ConfigProblem::toString).toList());
    }

    @Test
    void otherMachinesNeedTheOperatorsConsent() {
        assertProblem("bind=0.0.0.0", "every client that reaches it can change routes");
        assertEquals("0.0.0.0", load("bind=0.0.0.0\ninsecure=true").listen().bind());
        assertProblem("auth.enabled=true", "does not support access control yet");
        assertProblem("tls.server.mode=ENFORCING", "needs a certificate");
    }

    @Test
    void theEnvironmentsNameServersAreIgnored() {
        ServerConfig config = ConfigLoader.load(new ConfigSources(
                Role.NAME_SERVER, List.of(), null, null, Map.of("NAMESRV_ADDR", "not an address"), List.of(), "host"));

        assertFalse(config.given().containsKey("namesrvAddr"));
    }

    private static void assertProblem(String file, String part) {
        ConfigException refusal = assertThrows(ConfigException.class, () -> load(file));
        assertEquals(1, refusal.problems().size(), refusal.getMessage());
        assertTrue(refusal.getMessage().contains(part), refusal.getMessage());
    }

    private static ServerConfig load(String file) {
        return ConfigLoader.load(new ConfigSources(
                Role.NAME_SERVER, List.of(), "namesrv.properties", file, Map.of(), List.of(), "host"));
    }
}
