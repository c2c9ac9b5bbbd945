package io.posthorse.interop.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.posthorse.interop.harness.BrokerProcess;
import io.posthorse.interop.suite.ClientRun.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Users, rules and TLS with every client of ActiveMQ. */
@DisabledIfSystemProperty(named = "interop.peer", matches = "rocketmq")
class JmsGuardsIT {
    private static final Verdict PASS = new Verdict("PASS", "");

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path folder;

    private static KeyFiles keys;
    private static BrokerProcess broker;

    @BeforeAll
    static void start() throws Exception {
        keys = new KeyFiles(folder);
        keys.keytool("broker", "-genkeypair", "-alias", "own", "-keyalg", "EC", "-dname", "CN=broker",
                "-ext", "san=ip:127.0.0.1");
        keys.export("broker");
        StringBuilder sends = new StringBuilder();
        StringBuilder reads = new StringBuilder();
        for (String version : JmsRun.VERSIONS) {
            sends.append("  - Orders-").append(JmsRun.name(version)).append("=PUB\n");
            reads.append("  - Orders-").append(JmsRun.name(version)).append("=SUB\n");
        }
        Path accounts = folder.resolve("plain_acl.yml");
        Files.writeString(accounts, "accounts:\n- accessKey: seller\n  secretKey: secret-of-seller\n  topicPerms:\n" + sends
                + "- accessKey: clerk\n  secretKey: secret-of-clerk\n  topicPerms:\n" + reads);
        broker = BrokerProcess.start(folder.resolve("broker"), Map.of(
                "auth.enabled", "true",
                "initAuthenticationUser", "{\"username\":\"root\",\"password\":\"secret-of-root\"}",
                "auth.plain.acl", accounts.toString(),
                "tls.server.mode", "ENFORCING",
                "tls.server.certPath", keys.certificate("broker").toString(),
                "tls.server.keyPath", keys.key("broker").toString()));
    }

    @AfterAll
    static void stop() throws Exception {
        if (broker != null) {
            broker.stop();
        }
    }

    @TestFactory
    Stream<DynamicTest> guards() {
        List<DynamicTest> tests = new ArrayList<>();
        for (String version : JmsRun.VERSIONS) {
            tests.add(DynamicTest.dynamicTest(version + " users and rules", () -> assertEquals(
                    Map.of("password", PASS, "rules", PASS), play(version, true, "password", "rules"))));
            tests.add(DynamicTest.dynamicTest(version + " a certificate that is not trusted", () -> assertEquals(
                    Map.of("untrusted", PASS), play(version, false, "untrusted"))));
        }
        return tests.stream();
    }

    private static Map<String, Verdict> play(String version, boolean trusting, String... scenarios) throws Exception {
        List<String> options = trusting
                ? List.of("-Djavax.net.ssl.trustStore=" + keys.store("broker"),
                        "-Djavax.net.ssl.trustStorePassword=" + KeyFiles.PASSWORD)
                : List.of();
        String output = JmsRun.play(folder, version, "GuardMain", options, broker.jms().replace("tcp:", "ssl:"), scenarios);
        return ClientRun.verdicts(output);
    }
}
