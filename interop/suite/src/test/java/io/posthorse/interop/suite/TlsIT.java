package io.posthorse.interop.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.interop.harness.BrokerProcess;
import io.posthorse.interop.harness.ChildProcess;
import io.posthorse.interop.harness.JavaCommand;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The three modes with valid, expired and foreign certificates, and real clients that verify the certificate. */
@DisabledIfSystemProperty(named = "interop.peer", matches = "rocketmq")
class TlsIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final List<String> VERSIONS = List.of("4.4.0", "4.9.8", "5.5.0");

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path folder;

    @BeforeAll
    static void certificates() throws Exception {
        KeyFiles keys = new KeyFiles(folder);
        keys.keytool(
                "issuer", "-genkeypair", "-alias", "own", "-keyalg", "EC", "-dname", "CN=issuer", "-ext", "bc=ca:true");
        keys.keytool("foreign", "-genkeypair", "-alias", "own", "-keyalg", "EC", "-dname", "CN=foreign");
        for (String name : new String[] {"good", "expired"}) {
            Files.copy(keys.store("issuer"), keys.store(name));
            keys.keytool(name, "-changealias", "-alias", "own", "-destalias", "issuer");
            List<String> make = new ArrayList<>(List.of("-genkeypair", "-alias", "own", "-keyalg", "EC", "-dname",
                    "CN=" + name, "-signer", "issuer"));
            make.addAll(name.equals("good") ? List.of() : List.of("-startdate", "-3d", "-validity", "1"));
            keys.keytool(name, make.toArray(String[]::new));
        }
        for (String name : new String[] {"issuer", "good", "expired", "foreign"}) {
            keys.export(name);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "DISABLED,good,stored,refused",
        "PERMISSIVE,good,stored,stored", "PERMISSIVE,expired,stored,refused", "PERMISSIVE,foreign,stored,refused",
        "ENFORCING,good,refused,stored", "ENFORCING,expired,refused,refused", "ENFORCING,foreign,refused,refused"
    })
    void modes(String mode, String certificate, String plain, String encrypted) throws Exception {
        BrokerProcess broker = BrokerProcess.start(folder.resolve(mode + "-" + certificate), Map.of(
                "tls.server.mode", mode,
                "tls.server.certPath", folder.resolve(certificate + ".pem").toString(),
                "tls.server.keyPath", folder.resolve(certificate + ".key").toString()));
        try {
            for (String version : VERSIONS) {
                assertEquals(encrypted, send(version, broker, true), version + " encrypted");
            }
            if (certificate.equals("good")) {
                assertEquals(plain, send("5.5.0", broker, false), "plain");
            }
        } finally {
            broker.stop();
        }
    }

    private static String send(String version, BrokerProcess broker, boolean encrypted) throws Exception {
        Path home = folder.resolve("run-" + System.nanoTime());
        List<String> options = new ArrayList<>(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                "-Duser.home=" + home, "--add-opens=java.base/java.nio=ALL-UNNAMED"));
        if (encrypted) {
            options.addAll(List.of("-Dtls.enable=true", "-Dtls.test.mode.enable=false", "-Dtls.client.authServer=true",
                    "-Dtls.client.trustCertPath=" + folder.resolve("issuer.pem")));
        }
        ProcessBuilder program = new JavaCommand(
                        ClientModule.classPath("client-" + version), "io.posthorse.interop.client.access.TlsMain")
                .options(options).arguments(broker.nameServer()).builder();
        try (ChildProcess child = ChildProcess.start(program, home.resolve("output.log"))) {
            child.await(LIMIT);
            String output = child.output();
            assertTrue(output.contains("send="), output);
            return output.substring(output.indexOf("send=") + 5).lines().findFirst().orElse("").strip();
        }
    }
}
