package io.posthorse.server;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Many seeded lives of a master and its slave; a failure names its seed. */
class RolesSimulationTest {
    private static final int LIVES = Integer.getInteger("posthorse.lives", 150);
    private static final int STEPS = 600;

    private static RolesWorld live(long seed, RolesSlave.Planted planted) {
        RolesWorld world = new RolesWorld(seed, planted);
        try {
            world.run(STEPS);
        } catch (Exception | AssertionError e) {
            throw new AssertionError("the life of seed " + seed + " (-Dposthorse.seed=" + seed + "): " + e.getMessage(), e);
        }
        return world;
    }

    @Test
    void aSlaveHasItsMastersBytesAndStateAfterAnyMisfortune() {
        int promotions = 0;
        int cuts = 0;
        int fetches = 0;
        int cutFetches = 0;
        int relied = 0;
        long compared = 0;
        int states = 0;
        long from = Long.getLong("posthorse.seed", 1);
        for (long seed = from; seed < from + LIVES; seed++) {
            RolesWorld world = live(seed, RolesSlave.Planted.NONE);
            promotions += world.promotions;
            cuts += world.cuts;
            fetches += world.fetches;
            cutFetches += world.cutFetches;
            relied += world.relied;
            compared += world.compared;
            states += world.states;
        }
        assertTrue(promotions > LIVES / 2 && cuts > LIVES / 4 && fetches > LIVES && compared > 1 << 20 && states > LIVES);
        assertTrue(cutFetches > LIVES / 4 && relied > LIVES, cutFetches + " fetches were cut, " + relied);
    }

    /** What the worlds are for. */
    @ParameterizedTest
    @CsvSource({"ACKNOWLEDGES_EARLY, 20", "FORCES_NOTHING, 40", "BELIEVES_HALF_A_FETCH, 40"})
    void aPlantedFaultIsCaughtWithinSomeSeeds(RolesSlave.Planted fault, int seeds) {
        for (long seed = 1; seed <= seeds; seed++) {
            try {
                live(seed, fault);
            } catch (AssertionError e) {
                System.out.println("roles simulation: " + fault + " is caught by " + e.getMessage());
                return;
            }
        }
        throw new AssertionError(fault + " is not caught by " + seeds + " seeds");
    }
}
