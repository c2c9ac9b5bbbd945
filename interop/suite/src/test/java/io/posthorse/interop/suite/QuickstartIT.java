package io.posthorse.interop.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.interop.harness.BrokerProcess;
import io.posthorse.interop.harness.ChildProcess;
import io.posthorse.interop.harness.JavaCommand;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The unchanged quickstart programs of release 4.4.0. */
class QuickstartIT {

    private static final String PACKAGE = "org.apache.rocketmq.example.quickstart.";
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final Pattern SENT = Pattern.compile("SendResult \\[sendStatus=SEND_OK, msgId=(\\w+)");
    private static final Pattern RECEIVED = Pattern.compile("UNIQ_KEY=(\\w+)");

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path folder;

    private static BrokerProcess broker;

    @BeforeAll
    static void start() throws Exception {
        broker = BrokerProcess.start(folder.resolve("broker"), Map.of());
    }

    @AfterAll
    static void stop() throws Exception {
        if (broker != null) {
            broker.stop();
        }
    }

    @Test
    void producerSendsAThousandAndConsumerReceivesThem() throws Exception {
        Set<String> sent;
        try (ChildProcess producer = program("Producer")) {
            assertEquals(0, producer.await(LIMIT), producer::tail);
            String output = producer.output();
            assertEquals(1000, SENT.matcher(output).results().count(), producer::tail);
            sent = ids(SENT, output);
            assertEquals(1000, sent.size());
        }
        try (ChildProcess consumer = program("Consumer")) {
            Awaitility.await().atMost(LIMIT).until(() -> received(consumer).size() >= 1000);
            List<String> lines = received(consumer);
            assertEquals(1000, lines.size(), consumer::tail);
            assertEquals(sent, ids(RECEIVED, String.join("\n", lines)));
            assertTrue(consumer.isAlive(), consumer::tail);
        }
    }

    private static List<String> received(ChildProcess consumer) {
        return consumer.output().lines().filter(line -> line.contains("Receive New Messages")).toList();
    }

    private static Set<String> ids(Pattern pattern, String text) {
        return pattern.matcher(text).results().map((MatchResult result) -> result.group(1))
                .collect(Collectors.toSet());
    }

    private static ChildProcess program(String name) throws IOException {
        Path home = folder.resolve(name);
        ProcessBuilder builder = new JavaCommand(ClientModule.classPath("quickstart-4.4.0"), PACKAGE + name)
                .options(List.of("-Xmx256m", "-Duser.home=" + home, "--add-opens=java.base/java.nio=ALL-UNNAMED"))
                .builder();
        builder.environment().put("NAMESRV_ADDR", broker.nameServer());
        return ChildProcess.start(builder, home.resolve("output.log"));
    }
}
