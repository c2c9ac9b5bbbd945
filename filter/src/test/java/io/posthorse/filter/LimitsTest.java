package io.posthorse.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Expressions beyond the limits are refused with a reason, and those within them are cheap. */
class LimitsTest {
    private static String refusal(String text) {
        return assertThrows(ExpressionException.class, () -> Sql92.compile(text)).getMessage();
    }

    @ParameterizedTest
    @CsvSource({"(, 'a = 1', )", "'NOT ', TRUE, ''", "+, 'a = 1', ''", "'- ', 'a = 1', ''", "'NOT (', TRUE, )"})
    void nestingIsBounded(String open, String inner, String close) throws ExpressionException {
        int levels = open.equals("NOT (") ? 32 : 64;
        Sql92.compile(open.repeat(levels) + inner + close.repeat(levels)
                + (open.startsWith("-") ? " IS NULL" : ""));
        String deep = open.repeat(levels + 1) + inner + close.repeat(levels + 1);
        assertTrue(refusal(deep).contains("64 deep"), refusal(deep));
        assertTrue(refusal(open.repeat(16_000 / open.length())).contains("64 deep"));
    }

    @Test
    void numberOfWordsIsBounded() throws ExpressionException {
        String list = "a IN ('0'" + ",'x'".repeat(509) + ")";
        assertTrue(Sql92.compile(list).matches(Map.of("a", "0")::get));
        String longer = list.replace(")", ",'1')");
        assertEquals("column 2050: an expression may have 1024 words, this one has more",
                refusal(longer.replace(")", ",'1','2','3')")).replaceFirst("column \\d+", "column 2050"));
        assertTrue(refusal("a = 1" + " OR a = 1".repeat(300)).contains("1024 words"));
        assertTrue(refusal("a" + " IS NULL".repeat(600)).contains("1024 words"));
    }

    @Test
    void lengthIsBounded() throws ExpressionException {
        String blanks = " ".repeat(Sql92.LENGTH_MAX - 5) + "a = 1";
        assertTrue(Sql92.compile(blanks).matches(Map.of("a", "1")::get));
        assertEquals("column 16385: an expression may have 16384 characters, this one has 16385", refusal(blanks + " "));
        assertTrue(refusal("a = '" + "x".repeat(1 << 20) + "'").contains("16384"));
    }

    @Test
    void longestAllowedChainsAreEvaluated() throws ExpressionException {
        String ors = "a = 0" + " OR a = 0".repeat(254) + " OR b = 1";
        assertTrue(Sql92.compile(ors.replace(" OR b = 1", "") + " OR b").matches(Map.of("a", "0")::get));
        assertFalse(Sql92.compile("a" + " IS NULL".repeat(511)).matches(Map.of("a", "x")::get));
        assertFalse(Sql92.compile("a" + " CONTAINS 'x'".repeat(511)).matches(Map.of("a", "x")::get));
    }

    @Test
    void searchTakesLinearTime() throws ExpressionException {
        String search = "a NOT CONTAINS '" + "x".repeat(8_000) + "y'";
        Expression expression = Sql92.compile(search);
        Map<String, String> properties = Map.of("a", "x".repeat(32_000));
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            for (int i = 0; i < 2_000; i++) {
                assertTrue(expression.matches(properties::get));
            }
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "a =                | column 4: found the end where a property or a value should be",
        "b != 1             | column 3: the character ! has no meaning here; unequal is <>",
        "a = \"x\"          | column 5: the character \" has no meaning here; texts must be in single quotes",
        "a > 'x'            | column 5: only numbers and properties can be greater or less, not x",
        "a > (b = 1)        | column 5: only numbers and properties can be greater or less, not a condition",
        "a = 0.0            | column 5: 0.0 is outside the range of numbers with a point, 4.9E-324 to"
            + " 1.7976931348623157E308; zero is written 0",
        "a BETWEEN 5 AND 1  | column 11: nothing lies between 5 and 1; the lower value must come first",
        "a IN (1)           | column 7: found 1 where a text in single quotes should be",
        "5 IN ('5')         | column 1: only a property can be IN a list",
        "a IS 5             | column 6: found 5 where NULL should be",
        "a = NULL           | column 5: nothing equals NULL; write IS NULL or IS NOT NULL",
        "TRUE = 5           | column 6: TRUE or FALSE cannot be compared with a text or a number",
        "a = 1 AND 'x'      | column 11: found a number or a text where a condition should be",
        "(a = 1             | column 7: found the end where ) should be",
        "a NOT LIKE 'x'     | column 7: found LIKE where BETWEEN, IN, CONTAINS, STARTSWITH or ENDSWITH should be",
        "a = 'x             | column 5: the text that begins here has no end",
        "a /* = 1           | column 3: the comment that begins here has no end",
        "a = 9999999999999999999 | column 5: 9999999999999999999 is too large; the largest whole number is"
            + " 9223372036854775807",
        "a . b              | column 3: a decimal point needs a digit"})
    void refusalsSayWhereAndWhy(String text, String reason) {
        assertEquals(reason, refusal(text));
    }

    @Test
    void expressionHasTheNamesOfItsProperties() throws ExpressionException {
        assertEquals(Set.of("a", "b", "c"),
                Sql92.compile("a > 5 AND (b IN ('x') OR NOT c CONTAINS 'y' OR a = 'z') ignored").names());
    }
}
