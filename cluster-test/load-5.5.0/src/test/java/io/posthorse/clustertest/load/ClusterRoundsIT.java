package io.posthorse.clustertest.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.posthorse.clustertest.round.ClusterTest;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Some rounds in every build, with one node and with three; skipped where the system cannot run a lab. */
class ClusterRoundsIT {
    private static final int SKIPPED = 3;

    @Test
    void everyMessageOfALoneNodeIsAccountedFor() {
        run("--nodes", "1", "--rounds", "2", "--faults", "kill,pause,power,disk-full,cut,one-way,slow-disk,upgrade");
    }

    @Test
    void everyMessageOfAClusterIsAccountedFor() {
        run("--nodes", "3", "--rounds", "5", "--faults-each", "1", "--slower", "2", "--faults",
                "kill,pause,power,disk-full,cut,one-way,rot,slow-disk,membership,upgrade");
    }

    private static void run(String... options) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Path home = Path.of("").toAbsolutePath().getParent().getParent();
        int code = ClusterTest.run(home, new PrintStream(bytes, true, StandardCharsets.UTF_8), options);
        String output = bytes.toString(StandardCharsets.UTF_8);
        System.out.println(output);
        assumeTrue(code != SKIPPED, output);
        assertEquals(0, code, output);
    }
}
