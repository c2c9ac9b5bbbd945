package io.posthorse.interop.crash;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A few rounds of the crash test in every build. */
class CrashRoundsIT {

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    @ParameterizedTest(name = "{0} rounds, {1} flush")
    @CsvSource({"10, async", "3, sync"})
    void losesNothingItAcknowledged(int rounds, String flush) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        boolean clean = new CrashTest(rounds, flush, false, System.nanoTime(), folder, out).run();
        String output = bytes.toString(StandardCharsets.UTF_8);
        System.out.println(output);
        assertTrue(clean, output);
    }
}
