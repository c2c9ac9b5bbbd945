package io.posthorse.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Compares each line of cases.txt with the result here and with the original's. */
class CasesTest {
    private static final int CASES_MIN = 150;

    private record Case(String line, Verdict expected, String expression, Map<String, String> properties) {
        static Case of(String line) {
            String[] columns = line.split("::", -1);
            Map<String, String> properties = new LinkedHashMap<>();
            for (String pair : columns[2].split(", ")) {
                int split = pair.indexOf('=');
                if (split > 0) {
                    properties.put(pair.substring(0, split).strip(), unescaped(pair.substring(split + 1)));
                }
            }
            return new Case(line, Verdict.valueOf(columns[0].strip().toUpperCase(Locale.ROOT)),
                    unescaped(columns[1].strip()), properties);
        }

        private static String unescaped(String text) {
            return text.replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t").replace("\\f", "\f");
        }
    }

    private static List<Case> cases() throws IOException {
        try (InputStream in = CasesTest.class.getResourceAsStream("/cases.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines()
                    .filter(l -> !l.isBlank() && !l.startsWith("#"))
                    .map(Case::of)
                    .toList();
        }
    }

    @TestFactory
    Stream<DynamicTest> allCases() throws IOException {
        return cases().stream().map(c -> DynamicTest.dynamicTest(c.line(), () -> {
            Verdict ours = Verdict.of(c.expression(), c.properties());
            Verdict original = Oracle.ask(c.expression(), c.properties());
            assertEquals(List.of(c.expected(), c.expected()), List.of(ours, original), c.line());
        }));
    }

    @Test
    void thereAreEnoughCasesOfEachKind() throws IOException {
        List<Case> cases = cases();
        assertTrue(cases.size() >= CASES_MIN, "only " + cases.size() + " cases");
        for (Verdict verdict : Verdict.values()) {
            assertTrue(cases.stream().filter(c -> c.expected() == verdict).count() > 50, "few cases of " + verdict);
        }
    }
}
