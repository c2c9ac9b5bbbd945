package io.posthorse.interop.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.interop.harness.BrokerProcess;
import io.posthorse.interop.harness.ChildProcess;
import io.posthorse.interop.harness.JavaCommand;
import io.posthorse.interop.harness.Scripts;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An operator's commands for waiting messages, and their effect on a released client. */
@DisabledIfSystemProperty(named = "interop.peer", matches = "rocketmq")
class OperatorIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int DELAY_MS = 45_000;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    private BrokerProcess broker;
    private ChildProcess client;
    private int commands;

    @ParameterizedTest
    @ValueSource(strings = {"4.4.0", "5.5.0"})
    void whatWaitsIsHandled(String version) throws Exception {
        broker = BrokerProcess.start(folder.resolve("broker"), Map.of(
                "transactionTimeOut", "300", "transactionCheckInterval", "300", "transactionCheckMax", "2"));
        try (ChildProcess program = ChildProcess.start(program(version), folder.resolve("client.log"))) {
            client = program;
            await("the client has sent", () -> line("sent ") != null);
            long due = Long.parseLong(line("sent ").split(" ")[1]);

            String list = posthorse(0, "delayed", "list", "--json");
            assertTrue(posthorse(0, "delayed", "cancel", id(list, "cancelled")).contains("Cancelled message"));
            assertTrue(posthorse(0, "delayed", "run-now", id(list, "run-now")).contains("Delivered message"));
            await("what is run now comes", () -> line("received run-now ") != null);
            assertTrue(Long.parseLong(line("received run-now ").split(" ")[2]) < due, "it came no sooner than without");
            assertTrue(posthorse(1, "delayed", "cancel", id(list, "run-now")).contains("was delivered"));

            await("both transactions are set aside", () -> aside().contains("resumed") && aside().contains("dropped"));
            String transactions = aside();
            assertTrue(posthorse(0, "transactions", "drop", id(transactions, "dropped")).contains("Dropped message"));
            assertTrue(posthorse(0, "transactions", "resume", id(transactions, "resumed")).contains("Resumed message"));
            await("what is resumed comes", () -> line("received resumed ") != null);
            await("what nobody handled comes", () -> line("received left-alone ") != null);

            assertEquals(List.of("left-alone", "resumed", "run-now"), program.output().lines()
                    .filter(l -> l.startsWith("received ")).map(l -> l.split(" ")[1]).sorted().toList());
            assertEquals(3, program.output().lines().filter("asked resumed"::equals).count());
            assertEquals(2, program.output().lines().filter("asked dropped"::equals).count());
            assertTrue(posthorse(0, "delayed", "list").contains("0 shown of 0"));
            assertTrue(posthorse(0, "transactions", "list").contains("0 shown of 0"));
        } finally {
            broker.stop();
        }
    }

    private ProcessBuilder program(String version) throws IOException {
        List<String> options = new ArrayList<>(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                "-Duser.home=" + folder, "--add-opens=java.base/java.nio=ALL-UNNAMED"));
        return new JavaCommand(
                        ClientModule.classPath("client-" + version), "io.posthorse.interop.client.operator.OperatorMain")
                .options(options).arguments(broker.nameServer(), "" + DELAY_MS).builder();
    }

    /** Returns the client's first line with a prefix, or null. */
    private String line(String begin) {
        return client.output().lines().filter(l -> l.startsWith(begin)).findFirst().orElse(null);
    }

    private String aside() {
        try {
            return posthorse(0, "transactions", "list", "--json");
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private String posthorse(int exitCode, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Scripts.checkout().resolve("bin").resolve("posthorse").toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of("--broker", broker.address()));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        commands++;
        try (ChildProcess child = ChildProcess.start(builder, folder.resolve("command-" + commands + ".log"))) {
            assertEquals(exitCode, child.await(LIMIT), child.output());
            return child.output();
        }
    }

    private static String id(String json, String key) {
        Matcher row = Pattern.compile("\\{\"id\":\"(\\d+)\"[^}]*\"keys\":\"" + key + "\"").matcher(json);
        assertTrue(row.find(), json);
        return row.group(1);
    }

    private void await(String what, BooleanSupplier reached) throws InterruptedException {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!reached.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, "not seen: " + what + "\n" + client.tail());
            assertTrue(client.isAlive(), client.tail());
            client.pause(Duration.ofMillis(100));
        }
    }
}
