package io.posthorse.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Random expressions and messages have the same result here and in the original. The seed is printed; {@code
 * -Dfilter.seed=N} repeats a run.
 */
class DifferentialTest {
    private static final int EXPRESSIONS = 40_000;
    private static final int MESSAGES = 6;

    @Test
    void resultsEqualTheOriginals() {
        long seed = Long.getLong("filter.seed", System.nanoTime());
        System.out.println("filter.seed=" + seed);
        RandomExpressions random = new RandomExpressions(seed);
        Map<Verdict, Integer> counts = new EnumMap<>(Verdict.class);
        for (int i = 0; i < EXPRESSIONS; i++) {
            String expression = random.expression();
            for (int j = 0; j < MESSAGES; j++) {
                Map<String, String> properties = random.properties();
                Verdict ours = Verdict.of(expression, properties);
                assertEquals(Oracle.ask(expression, properties), ours,
                        () -> "seed " + seed + ": " + expression + " of " + properties);
                counts.merge(ours, 1, Integer::sum);
            }
        }
        System.out.println(counts);
        for (Verdict verdict : Verdict.values()) {
            assertTrue(counts.getOrDefault(verdict, 0) > EXPRESSIONS * MESSAGES / 20, "too few of a kind: " + counts);
        }
    }
}
