package io.posthorse.interop.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildProcessTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private ChildProcess shell(String script) throws IOException {
        return ChildProcess.start(new ProcessBuilder("sh", "-c", script), folder.resolve("out.log"));
    }

    @Test
    void reportsExitCodeAndOutput() throws Exception {
        try (ChildProcess child = shell("echo said; exit 3")) {
            assertEquals(3, child.await(LIMIT));
            assertEquals("said\n", child.output());
        }
    }

    @Test
    void separatesItsOutputFromAnEarlierProcess() throws Exception {
        try (ChildProcess first = shell("echo first"); ChildProcess second = afterItsEnd(first, "echo second")) {
            second.await(LIMIT);
            assertEquals("first\nsecond\n", second.output());
            assertEquals("second\n", second.outputSinceStart());
        }
    }

    private ChildProcess afterItsEnd(ChildProcess earlier, String script) throws Exception {
        earlier.await(LIMIT);
        return shell(script);
    }

    @Test
    void sigtermGivesTheExitCodeOfTheSignal() throws Exception {
        try (ChildProcess child = shell("exec sleep 30")) {
            assertTrue(child.isAlive());
            assertEquals(143, child.terminate(LIMIT));
        }
    }

    @Test
    void aProcessThatRunsTooLongIsKilledAndReported() throws Exception {
        try (ChildProcess child = shell("echo last words; exec sleep 30")) {
            IllegalStateException thrown =
                    assertThrows(IllegalStateException.class, () -> child.await(Duration.ofMillis(500)));
            assertTrue(thrown.getMessage().contains("last words"), thrown.getMessage());
            assertTrue(child.pause(LIMIT));
            assertFalse(child.isAlive());
        }
    }
}
