package io.posthorse.clustertest.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.clustertest.history.History;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The checker is silent about what is right, and names what was planted. */
class CheckerTest {
    private static final int RIGHT_HISTORIES = 1_000;
    private static final int PLANTS = 50;

    @Test
    void nothingIsFoundInRightHistories() {
        for (long seed = 1; seed <= RIGHT_HISTORIES; seed++) {
            assertEquals(List.of(), Checker.check(new RightHistory(seed).history()), "seed " + seed);
        }
    }

    @ParameterizedTest
    @EnumSource(Plant.class)
    void whatWasPlantedIsFoundAndNothingElse(Plant plant) {
        int planted = 0;
        for (long seed = 1; planted < PLANTS && seed < PLANTS * 10; seed++) {
            Changes changes = new Changes(new RightHistory(seed), seed);
            String wanted = plant.into(changes);
            if (wanted == null) {
                continue;
            }
            planted++;
            List<Finding> findings = Checker.check(new History(changes.events));
            String said = plant + ", seed " + seed + ", " + wanted + ": " + findings;
            assertEquals(Set.of(plant.verdict), findings.stream().map(Finding::verdict).collect(Collectors.toSet()), said);
            assertTrue(findings.stream().anyMatch(one -> one.toString().contains(wanted)), said);
        }
        assertEquals(PLANTS, planted, "histories that had a place for " + plant);
    }

    @Test
    void eachVerdictIsPlantedBySomething() {
        Set<Verdict> planted = EnumSet.noneOf(Verdict.class);
        for (Plant plant : Plant.values()) {
            planted.add(plant.verdict);
        }
        assertEquals(EnumSet.allOf(Verdict.class), planted);
    }
}
