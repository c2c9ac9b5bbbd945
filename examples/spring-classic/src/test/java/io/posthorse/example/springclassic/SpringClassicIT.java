package io.posthorse.example.springclassic;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.interop.harness.BrokerProcess;
import io.posthorse.interop.harness.ChildProcess;
import io.posthorse.interop.harness.JavaCommand;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs a producer and two consumers as processes, with libraries of 2018 and 2019 on a current JDK. */
class SpringClassicIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String CANCELLED = "Received order_cancel of order-3: {\"orderId\":\"order-3\",\"reason\":\"";

    @TempDir
    private Path folder;

    @Test
    void messagesOfEachKindReachTheirListeners() throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(folder.resolve("broker"), Map.of())) {
            assertTrue(send(broker, "first").contains("The template sends in group my-group."));
            try (ChildProcess one = listen(broker, "one"); ChildProcess two = listen(broker, "two")) {
                awaitText(one, CANCELLED + "first\"}");
                awaitText(two, CANCELLED + "first\"}");
                await("each text, some twice where the second consumer joins late").atMost(LIMIT).until(() ->
                        both(one, two, "Received text: (first .)").containsAll(
                                List.of("first 1", "first 2", "first 3", "first 4")));

                String output = send(broker, "again", "--spring.profiles.active=own-bean");
                assertTrue(output.contains("The template sends in group own-group."), output);
                awaitText(one, CANCELLED + "again\"}");
                awaitText(two, CANCELLED + "again\"}");
                awaitAll(one, two, "Received text: (again.*)", List.of("again 1", "again 2", "again 3", "again 4",
                        "again, by a producer of one's own", "again, with a tag"));
                awaitAll(one, two, "Received red: (again.*)", List.of("again, with a tag"));
                awaitAll(one, two, "Received after \\d{4,} ms: (again.*)",
                        List.of("again, a second later", "again, by a producer of one's own, a second later"));
                assertEquals(2, found(one, "Received text: (again .)").size(), "two consumers share four queues");
                for (String order : List.of("order 1", "order 2")) {
                    String step = "Received step: again, " + order + " (.*)";
                    await().atMost(LIMIT).until(() -> found(one, step).size() + found(two, step).size() == 3);
                    List<String> steps = found(one, step).isEmpty() ? found(two, step) : found(one, step);
                    assertEquals(List.of("created", "paid", "sent"), steps, order);
                }
            }
        }
    }

    private String send(BrokerProcess broker, String text, String... more) throws Exception {
        try (ChildProcess producer = start(broker, "producer", "Producer", "--text=" + text, more)) {
            assertEquals(0, producer.await(LIMIT), producer::tail);
            return producer.outputSinceStart();
        }
    }

    private ChildProcess listen(BrokerProcess broker, String name) throws IOException {
        return start(broker, "consumer", "Consumer", "--consumer=" + name);
    }

    private ChildProcess start(BrokerProcess broker, String label, String name, String argument, String... more)
            throws IOException {
        Path target = Path.of("target").toAbsolutePath();
        ProcessBuilder builder = new JavaCommand(target.resolve("classes") + ":" + target.resolve("lib") + "/*",
                "io.posthorse.example.springclassic." + label + "." + name + "Application")
                .options(List.of("-Xmx160m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                        "-Drocketmq.client.logRoot=" + target.resolve("logs"),
                        "-Drocketmq.client.localOffsetStoreDir=" + folder.resolve("offsets"),
                        "--add-opens=java.base/java.nio=ALL-UNNAMED", "--add-opens=java.base/java.lang=ALL-UNNAMED"))
                .arguments("--rocketmq.name-server=" + broker.nameServer(), argument)
                .arguments(more)
                .builder();
        return ChildProcess.start(builder, folder.resolve(label + argument + ".log"));
    }

    /** Waits until both processes together have received the expected messages, each once. */
    private static void awaitAll(ChildProcess one, ChildProcess two, String pattern, List<String> expected) {
        await("\"" + pattern + "\"").atMost(LIMIT)
                .untilAsserted(() -> assertEquals(expected, both(one, two, pattern)));
    }

    private static List<String> both(ChildProcess one, ChildProcess two, String pattern) {
        List<String> found = new ArrayList<>(found(one, pattern));
        found.addAll(found(two, pattern));
        Collections.sort(found);
        return found;
    }

    private static List<String> found(ChildProcess process, String pattern) {
        return Pattern.compile(pattern).matcher(process.outputSinceStart()).results()
                .map((MatchResult match) -> match.group(1)).toList();
    }

    private static void awaitText(ChildProcess process, String text) {
        await("\"" + text + "\"").atMost(LIMIT)
                .failFast(() -> {
                    if (!process.isAlive()) {
                        throw new IllegalStateException("ended:\n" + process.tail());
                    }
                })
                .until(() -> process.outputSinceStart().contains(text));
    }
}
