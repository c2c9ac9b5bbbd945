package io.posthorse.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Jazzer sees the values that the code compares an input with; without them it would only guess at random. */
class CanaryTest {
    private static final int FOUND = 77;

    @TempDir
    Path directory;

    private int fuzzed(List<String> more, Path output) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m", "-XX:+UseSerialGC",
                "-XX:+EnableDynamicAgentLoading", "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow", "-Dfuzz.target=canary",
                "-cp", System.getProperty("java.class.path"), "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + Fuzzing.class.getName(), "--instrumentation_includes=io.posthorse.**",
                "--reproducer_path=" + directory, "-artifact_prefix=" + directory + "/", "-seed=1", "-max_len=64",
                "-max_total_time=20"));
        command.addAll(more);
        Process process = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true)
                .redirectOutput(output.toFile()).start();
        try {
            return process.waitFor();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    @Timeout(value = 90, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void thePlantedFaultIsFound() throws Exception {
        Path output = directory.resolve("output");
        int ended = fuzzed(List.of(), output);
        String said = Files.readString(output);
        assertEquals(FOUND, ended, said);
        assertTrue(said.contains("the canary's fault was found"), said);
    }

    @Test
    @Timeout(value = 90, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void withoutInstrumentationTheFaultIsNotFound() throws Exception {
        Path output = directory.resolve("output");
        int ended = fuzzed(List.of("--hooks=false", "--trace=none", "-runs=200000"), output);
        assertEquals(0, ended, () -> "the canary proves nothing: chance finds it too");
    }
}
