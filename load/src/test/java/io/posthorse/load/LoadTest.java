package io.posthorse.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.server.Server;
import io.posthorse.server.config.ConfigLoader;
import io.posthorse.server.config.ConfigSources;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadTest {
    @TempDir
    Path directory;

    private Server start(String... sets) throws Exception {
        List<String> all = new ArrayList<>(List.of(
                "listenPort=0", "nameserver.port=0", "grpc.enabled=false",
                "openwire.enabled=false", "mappedFileSizeCommitLog=67108864",
                "storePathRootDir=" + directory));
        all.addAll(List.of(sets));
        return Server.start(ConfigLoader.load(new ConfigSources(null, null, Map.of(), all, "host")));
    }

    @Test
    void messagesAreSentToTheBrokerOfARoute() throws Exception {
        try (Server server = start()) {
            Load.Outcome outcome = Load.run(LoadOptions.of(
                    "--namesrv", "127.0.0.1:" + server.nameServerPort(), "--seconds", "1", "--size", "100",
                    "--connections", "2", "--window", "8"));

            assertEquals(List.of(), outcome.problems());
            assertEquals(0, outcome.refused());
            assertTrue(outcome.answered() > 100, outcome.text());
            assertEquals(outcome.answered(), outcome.latencies().count());
            assertTrue(outcome.seconds() >= 1 && outcome.seconds() < 9, outcome.text());
        }
    }

    @Test
    void messagesSentAtARateArrive() throws Exception {
        try (Server server = start()) {
            Load.Outcome outcome = Load.run(LoadOptions.of(
                    "--broker", "127.0.0.1:" + server.brokerPort(), "--seconds", "2", "--mode", "e2e", "--rate", "500",
                    "--connections", "3"));

            assertEquals(List.of(), outcome.problems());
            assertEquals(outcome.answered(), outcome.received());
            assertTrue(outcome.answered() > 500 && outcome.answered() <= 1_010, outcome.text());
        }
    }

    @Test
    void refusalOfTheFirstMessageIsReported() throws Exception {
        try (Server server = start("maxMessageSize=1024")) {
            LoadOptions options = LoadOptions.of("--broker", "127.0.0.1:" + server.brokerPort(), "--size", "2000");
            IOException refusal = assertThrows(IOException.class, () -> Load.run(options));
            assertTrue(refusal.getMessage().contains("code 13"), refusal.getMessage());
        }
    }

    @Test
    void optionsAreChecked() {
        for (String[] bad : new String[][] {
            {}, {"--broker"}, {"--brokr", "a:1"}, {"--broker", "a:1", "--size", "3"},
            {"--broker", "a:1", "--mode", "x"},
            {"--broker", "a:1", "--rate", "-1"}, {"--broker", "a:1", "--seconds", "ten"}
        }) {
            assertThrows(IllegalArgumentException.class, () -> LoadOptions.of(bad), () -> String.join(" ", bad));
        }
        assertEquals(1_024, LoadOptions.of("--broker", "a:1").size());
    }

    @Test
    void percentilesAreExactToAStep() {
        Latencies latencies = new Latencies();
        for (int i = 1; i <= 100_000; i++) {
            latencies.add(i * 1_000L);
        }
        Latencies sum = new Latencies();
        sum.add(latencies);

        assertEquals(100_000, sum.count());
        assertEquals(100_000_000, sum.max());
        assertEquals(100_000_000, sum.percentile(100));
        assertEquals(50_000_000, (double) sum.percentile(50), 50_000_000 / 32.0);
        assertEquals(99_000_000, (double) sum.percentile(99), 99_000_000 / 32.0);
        assertTrue(sum.percentile(50) >= 50_000_000);
    }
}
