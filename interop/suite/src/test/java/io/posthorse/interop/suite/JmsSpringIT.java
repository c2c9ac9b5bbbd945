package io.posthorse.interop.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.posthorse.interop.harness.BrokerProcess;
import io.posthorse.interop.harness.ChildProcess;
import io.posthorse.interop.harness.JavaCommand;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Spring Boot's ActiveMQ starter: listeners and the template, also through a kill of the broker. */
@DisabledIfSystemProperty(named = "interop.peer", matches = "rocketmq")
class JmsSpringIT {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final Set<String> SCENARIOS =
            Set.of("listener", "template", "request", "transacted-listener", "topic-listener", "restart");

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path folder;

    @Test
    void listenersAndTemplate() throws Exception {
        Map<String, ChildProcess> applications = new LinkedHashMap<>();
        try (BrokerProcess broker = BrokerProcess.start(folder.resolve("broker"), Map.of())) {
            for (String boot : List.of("2.7.18", "3.5.10")) {
                ProcessBuilder program = new JavaCommand(
                        ClientModule.classPath("spring-" + boot), "io.posthorse.interop.spring.SpringMain")
                        .options(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"))
                        .arguments(broker.jms(), "boot" + boot.replace('.', '_')).builder();
                applications.put(boot, ChildProcess.start(program, folder.resolve("spring-" + boot + ".log")));
            }
            for (ChildProcess one : applications.values()) {
                Awaitility.await().atMost(LIMIT).until(
                        () -> !one.isAlive() || one.output().contains("fact scenario=restart ready=true"));
            }
            broker.kill();
            broker.start();
            for (Map.Entry<String, ChildProcess> one : applications.entrySet()) {
                one.getValue().await(LIMIT);
                String output = one.getValue().output();
                var verdicts = ClientRun.verdicts(output);
                assertEquals(SCENARIOS, verdicts.keySet(), () -> one.getKey() + "\n" + output);
                verdicts.forEach((name, verdict) ->
                        assertEquals("PASS", verdict.result(), () -> one.getKey() + " " + name + "\n" + output));
            }
            broker.stop();
        } finally {
            applications.values().forEach(ChildProcess::close);
        }
    }
}
