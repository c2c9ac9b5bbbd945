package io.posthorse.broker.delivery;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.testkit.SeededEntropy;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Runs simulated lives of one subscription with its consumers. A failure prints the seed that brings it back. */
class FeedSimulationTest {
    private static final Long ONE_SEED = Long.getLong("simulation.seed");
    private static final int COMMITTED = 100;

    private static void live(long seed) throws IOException {
        try {
            new Readers(new SeededEntropy(seed)).live(400);
        } catch (RuntimeException | Error e) {
            throw new AssertionError("seed " + seed + ": " + e.getMessage()
                    + "\nAgain: mvn -pl testkit,log,broker -am verify -Dtest=FeedSimulationTest"
                    + " -Dsurefire.failIfNoSpecifiedTests=false -Dsimulation.seed=" + seed, e);
        }
    }

    @Test
    void theFirstSeeds() throws IOException {
        for (long seed = 1; seed <= COMMITTED; seed++) {
            live(seed);
        }
    }

    @Test
    void freshSeeds() throws IOException {
        if (ONE_SEED != null) {
            live(ONE_SEED);
            return;
        }
        long first = System.currentTimeMillis() * 1_000_000;
        long end = System.nanoTime() + Long.getLong("simulation.seconds", 20) * 250_000_000;
        System.out.println("feeds: seeds from " + first);
        int lives = 0;
        do {
            live(first + lives);
            lives++;
        } while (System.nanoTime() < end);
        System.out.println("feeds: " + lives + " seeds held");
        assertTrue(lives > 0);
    }
}
