package io.posthorse.clustertest.round;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OptionsTest {
    @Test
    void allOptionsAreRead() {
        Options options = Options.parse("--rounds", "7", "--nodes", "1", "--faults", "kill,disk-full", "--seed", "5",
                "--faults-each", "3", "--lab-rounds", "2", "--set", "a=b=c", "--keep");
        assertEquals(new Options(7, 1, List.of(FaultKind.KILL, FaultKind.DISK_FULL), 5, 3, 2, null, Map.of("a", "b=c"), 1,
                true, false, false), options);
    }

    @Test
    void aLoneNodeHasTheFaultsThatItCanOvercome() {
        assertEquals(List.of(FaultKind.values()).size(), Options.parse().faults().size());
        assertTrue(Options.parse("--nodes", "1").faults().stream().noneMatch(kind -> kind == FaultKind.ROT));
    }

    @Test
    void whatMakesNoSenseIsSaid() {
        for (String[] wrong : new String[][] {{"--rounds"}, {"--rounds", "x"}, {"--nodes", "9"}, {"--faults", "flood"},
                {"--nodes", "1", "--faults", "rot"}, {"--speed", "3"}}) {
            String said = assertThrows(IllegalArgumentException.class, () -> Options.parse(wrong)).getMessage();
            assertTrue(said.endsWith("."), said);
        }
    }

    @Test
    void theExitCodeTellsAWrongCommandLine() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int code = ClusterTest.run(Path.of("."), new PrintStream(out, true, StandardCharsets.UTF_8), "--faults", "flood");
        assertEquals(2, code);
        String said = out.toString(StandardCharsets.UTF_8);
        assertTrue(said.startsWith("There is no fault \"flood\"; there are kill, pause, cut,"));
    }
}
