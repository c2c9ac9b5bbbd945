package io.posthorse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.testkit.SeededEntropy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Runs simulated lives of a broker. A failure prints its seed and the command that runs it again; the seed then belongs
 * into {@code simulation-seeds.txt}.
 */
class SimulationTest {
    private static final Long ONE_SEED = Long.getLong("simulation.seed");
    /** Each run has the same seeds unless told otherwise, so that a change is judged by itself. */
    private static final long FROM = 71_000;

    private static long live(long seed) {
        World world = new World(seed);
        try {
            world.run(300 + new SeededEntropy(seed).below(1_700));
        } catch (RuntimeException | Error e) {
            throw new AssertionError("seed " + seed + ": " + e.getMessage()
                    + "\nAgain: mvn -pl testkit,log,broker -am"
                    + " verify -Dtest=SimulationTest -Dsurefire.failIfNoSpecifiedTests=false -Dsimulation.seed=" + seed, e);
        }
        return world.trace();
    }

    @Test
    void committedSeeds() throws IOException {
        try (InputStream in = SimulationTest.class.getResourceAsStream("/simulation-seeds.txt")) {
            List<String> lines = new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().toList();
            List<Long> seeds = lines.stream().filter(l -> !l.startsWith("#")).map(Long::valueOf).toList();
            assertTrue(seeds.size() >= 20);
            seeds.forEach(SimulationTest::live);
        }
    }

    @Test
    void freshSeeds() {
        if (ONE_SEED != null) {
            live(ONE_SEED);
            return;
        }
        long first = Long.getLong("simulation.from", FROM);
        long end = System.nanoTime() + Long.getLong("simulation.seconds", 20) * 1_000_000_000;
        System.out.println("simulation: seeds from " + first);
        int lives = 0;
        do {
            live(first + lives);
            lives++;
        } while (System.nanoTime() < end);
        System.out.println("simulation: " + lives + " seeds held");
        assertTrue(lives > 0);
    }

    @Test
    void theSameSeedGivesTheSameRun() {
        for (long seed = 1; seed <= 20; seed++) {
            assertEquals(live(seed), live(seed), "seed " + seed);
        }
        assertNotEquals(live(1), live(2));
    }
}
