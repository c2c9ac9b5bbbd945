package io.posthorse.fuzz;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs each target on its corpus, without Jazzer. */
class ReplayTest {
    private static final Path CORPUS = Path.of("src/test/resources/corpus");
    private static final int FILES_MAX = 60;
    private static final int BYTES_MAX = 4_096;

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        }
    }

    static List<String> names() {
        return List.copyOf(Targets.ALL.keySet());
    }

    @ParameterizedTest
    @MethodSource("names")
    @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void everyInputIsReadAsItMayBe(String name) throws Throwable {
        List<Path> inputs = list(CORPUS.resolve(name));
        assertFalse(inputs.isEmpty(), "no input for " + name);
        assertTrue(inputs.size() <= FILES_MAX, inputs.size() + " inputs: bin/fuzz --merge " + name);
        for (Path input : inputs) {
            byte[] bytes = Files.readAllBytes(input);
            assertTrue(bytes.length <= BYTES_MAX, input + " has " + bytes.length + " bytes");
            assertDoesNotThrow(() -> Fuzzing.read(Targets.named(name), bytes), input::toString);
        }
    }

    @Test
    void everyTargetHasACorpusAndViceVersa() throws IOException {
        TreeSet<String> found = new TreeSet<>();
        list(CORPUS).forEach(directory -> found.add(directory.getFileName().toString()));
        assertEquals(Targets.ALL.keySet(), found);
    }
}
