package io.posthorse.server;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Many seeded lives of a master and its slave; a failure names its seed. */
class RolesSimulationTest {
    private static final int LIVES = Integer.getInteger("posthorse.lives", 150);
    private static final int STEPS = 600;

    @Test
    void aSlaveHasItsMastersBytesAndStateAfterAnyMisfortune() {
        int promotions = 0;
        int cuts = 0;
        int fetches = 0;
        long compared = 0;
        int states = 0;
        long from = Long.getLong("posthorse.seed", 1);
        for (long seed = from; seed < from + LIVES; seed++) {
            RolesWorld world = new RolesWorld(seed);
            try {
                world.run(STEPS);
            } catch (Exception | AssertionError e) {
                throw new AssertionError("the life of seed " + seed + " (-Dposthorse.seed=" + seed + ")", e);
            }
            promotions += world.promotions;
            cuts += world.cuts;
            fetches += world.fetches;
            compared += world.compared;
            states += world.states;
        }
        assertTrue(promotions > LIVES / 2 && cuts > LIVES / 4 && fetches > LIVES && compared > 1 << 20 && states > LIVES);
    }
}
