package io.posthorse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.testkit.SeededEntropy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs simulated lives of a group of nodes. A failure prints its seed and the command that runs it again. */
class GroupSimulationTest {
    private static final Long ONE_SEED = Long.getLong("simulation.group.seed");
    /** Each run has the same seeds unless told otherwise, so that a change is judged by itself. */
    private static final long FROM = 91_000;

    private static long live(long seed) {
        return live(seed, GroupWorld.Planted.NONE);
    }

    private static long live(long seed, GroupWorld.Planted planted) {
        GroupWorld world = new GroupWorld(seed, planted);
        try {
            world.run(300 + new SeededEntropy(seed).below(2_500));
        } catch (Exception | Error e) {
            throw new AssertionError("seed " + seed + ": " + e.getMessage()
                    + "\nAgain: mvn -pl broker -am verify -Dtest=GroupSimulationTest#freshSeeds"
                    + " -Dsurefire.failIfNoSpecifiedTests=false -Dsimulation.group.seed=" + seed, e);
        }
        return world.trace();
    }

    @Test
    void freshSeeds() {
        if (ONE_SEED != null) {
            live(ONE_SEED);
            return;
        }
        long first = Long.getLong("simulation.group.from", FROM);
        long end = System.nanoTime() + Long.getLong("simulation.seconds", 20) * 1_000_000_000;
        System.out.println("group simulation: seeds from " + first);
        int lives = 0;
        do {
            live(first + lives);
            lives++;
        } while (System.nanoTime() < end);
        System.out.println("group simulation: " + lives + " seeds held");
        assertTrue(lives > 0);
    }

    @ParameterizedTest
    @CsvSource({"GOES_ON_AFTER_A_FAILED_WRITE, 40", "COUNTS_BY_ITS_WALL_CLOCK, 10"})
    void aPlantedFaultIsCaughtWithinSomeSeeds(GroupWorld.Planted fault, int seeds) {
        for (long seed = FROM; seed < FROM + seeds; seed++) {
            try {
                live(seed, fault);
            } catch (AssertionError e) {
                System.out.println("group simulation: " + fault + " is caught by seed " + seed + ": "
                        + e.getCause().getMessage());
                return;
            }
        }
        throw new AssertionError(fault + " is not caught by " + seeds + " seeds");
    }

    @Test
    void theSameSeedGivesTheSameRun() {
        for (long seed = 1; seed <= 5; seed++) {
            assertEquals(live(seed), live(seed), "seed " + seed);
        }
        assertNotEquals(live(1), live(2));
    }
}
