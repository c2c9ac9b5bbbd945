package io.posthorse.filter;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Generates expressions and properties: most by the grammar, some with a token too many, too few, or a foreign one. */
final class RandomExpressions {
    private static final int DEPTH_MAX = 5;
    private static final List<String> NAMES = List.of("a", "b", "c", "B", "$x_1");
    private static final List<String> TEXTS = List.of(
            "", "x", "y", "xy", "true", "TRUE", "5", "-5", "+5", "5.0", "5.5", " 5", "5d", "1e3", "1000", "3000000000", "0",
            "-0", "-0.0", "0.0", "NaN", "Infinity", "-Infinity", "2147483648", "9223372036854775808", "it's", "0x10", "中",
            "٥", "1_0", ".", "-", "5L");
    private static final List<String> NUMBERS = List.of(
            "0", "1", "5", "5L", "10l", "3000000000", "5.0", "5.5", ".5", "5.", "1e3", "1E+3", "1000", "2147483647",
            "2147483648", "007", "0.0", "1e999", "9223372036854775807", "9223372036854775808");
    private static final List<String> WORDS = List.of(
            "a", "b", "5", "5.5", "'x'", "''", "=", "<>", "<", "<=", ">", ">=", "(", ")", ",", "+", "-", "AND", "or", "Not",
            "BETWEEN", "in", "IS", "NULL", "TRUE", "false", "CONTAINS", "startswith", "EndsWith", "LIKE", "!", "--", "--\n",
            "/*", "*/", "'", ".", "/", "E5", "\"");
    private static final List<String> GAPS = List.of(" ", " ", " ", "  ", "\t", "\n", "\r\n", "/* - */", " -- x\n");

    private final Random random;

    RandomExpressions(long seed) {
        this.random = new Random(seed);
    }

    Map<String, String> properties() {
        Map<String, String> properties = new HashMap<>();
        for (String name : NAMES) {
            if (random.nextInt(4) > 0) {
                properties.put(name, one(TEXTS));
            }
        }
        return properties;
    }

    String expression() {
        if (random.nextInt(20) == 0) {
            return randomWords();
        }
        String expression = condition(0);
        return random.nextInt(8) == 0 ? damaged(expression) : expression;
    }

    private String randomWords() {
        StringBuilder randomWords = new StringBuilder();
        for (int i = random.nextInt(12); i >= 0; i--) {
            randomWords.append(one(WORDS)).append(random.nextInt(6) == 0 ? "" : one(GAPS));
        }
        return randomWords.toString();
    }

    private String damaged(String expression) {
        int at = random.nextInt(expression.length() + 1);
        return switch (random.nextInt(3)) {
            case 0 -> expression.substring(0, at);
            case 1 -> expression.substring(0, at) + one(WORDS) + expression.substring(at);
            default -> expression.substring(0, at) + expression.substring(Math.min(expression.length(), at + 1));
        };
    }

    private String condition(int depth) {
        int kind = depth >= DEPTH_MAX ? random.nextInt(8) : random.nextInt(13);
        return switch (kind) {
            case 0, 1 -> words(operand(depth), random.nextBoolean() ? "=" : "<>", operand(depth));
            case 2, 3 -> words(operand(depth), one(List.of("<", "<=", ">", ">=")), operand(depth));
            case 4 -> words(operand(depth), not(), "BETWEEN", operand(depth), "AND", operand(depth));
            case 5 -> words(operand(depth), not(), one(List.of("contains", "STARTSWITH", "EndsWith")), text());
            case 6 -> words(operand(depth), not(), "IN", "(", list(), ")");
            case 7 -> words(operand(depth), "IS", not(), "NULL");
            case 8 -> words("NOT", "(", condition(depth + 1), ")");
            case 9, 10 -> words(condition(depth + 1), random.nextBoolean() ? "AND" : "OR", condition(depth + 1));
            case 11 -> words("(", condition(depth + 1), ")");
            default -> one(List.of("TRUE", "FALSE", "NULL", "a", "NOT b"));
        };
    }

    private String operand(int depth) {
        return switch (random.nextInt(12)) {
            case 0, 1, 2, 3, 4 -> one(NAMES);
            case 5, 6, 7 -> one(NUMBERS);
            case 8 -> text();
            case 9 -> words(random.nextBoolean() ? "-" : "+", operand(depth));
            case 10 -> depth < DEPTH_MAX ? words("(", condition(depth + 1), ")") : one(NAMES);
            default -> one(List.of("TRUE", "FALSE", "NULL", "-a", "(a)"));
        };
    }

    private String list() {
        StringBuilder list = new StringBuilder(text());
        for (int i = random.nextInt(7); i > 0; i--) {
            list.append(',').append(text());
        }
        return list.toString();
    }

    private String not() {
        return random.nextInt(3) == 0 ? "NOT" : "";
    }

    private String text() {
        return "'" + one(TEXTS).replace("'", "''") + "'";
    }

    private String words(String... words) {
        StringBuilder all = new StringBuilder();
        for (String word : words) {
            all.append(word).append(word.isEmpty() ? "" : one(GAPS));
        }
        return all.toString();
    }

    private String one(List<String> of) {
        return of.get(random.nextInt(of.size()));
    }
}
