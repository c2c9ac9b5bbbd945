package io.posthorse.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The table of request codes in the protocol's page matches a running server. */
class RequestCodesTest {
    private static final int NOT_SUPPORTED = 3;
    private static final Pattern ROW =
            Pattern.compile("\\| (\\d+)(?:-(\\d+))? \\| [^|]+ \\| (yes|differs|no) \\| ([^|]*) \\| ([^|]*) \\|");
    private static final Pattern CLASS = Pattern.compile("`(\\w+Test)`");

    @TempDir
    Path directory;

    @Test
    void theTableMatchesTheServer() throws IOException {
        Map<Integer, String> table = new TreeMap<>();
        for (String line : Files.readAllLines(root().resolve("docs/protocols/rocketmq.md"))) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                assertEquals(row.group(3).equals("differs"), !row.group(4).isBlank() && !row.group(3).equals("no"),
                        line);
                assertTrue(row.group(3).equals("no") || !row.group(5).isBlank(), "no test is named: " + line);
                int last = Integer.parseInt(row.group(2) == null ? row.group(1) : row.group(2));
                for (int code = Integer.parseInt(row.group(1)); code <= last; code++) {
                    assertEquals(null, table.put(code, row.group(3)), line);
                }
            }
        }
        assertTrue(table.size() > 100, "only " + table.size() + " codes were found");
        try (TestBroker broker = TestBroker.start(directory)) {
            RawClient client = broker.client();
            table.forEach((code, here) -> {
                int answer = client.ask(code, Map.of()).code();
                if (here.equals("no")) {
                    assertEquals(NOT_SUPPORTED, answer, "request " + code);
                } else {
                    assertNotEquals(NOT_SUPPORTED, answer, "request " + code);
                }
            });
            for (int code : IntStream.concat(IntStream.range(0, 6_000), IntStream.range(29_900, 30_200)).toArray()) {
                if (!table.containsKey(code)) {
                    assertEquals(NOT_SUPPORTED, client.ask(code, Map.of()).code(), "request " + code
                            + " is not in the table");
                }
            }
        }
    }

    @Test
    void theTestsThatItNamesExist() throws IOException {
        Set<String> tests;
        try (Stream<Path> files = Files.walk(root())) {
            tests = files.map(f -> f.getFileName().toString())
                    .filter(f -> f.endsWith("Test.java"))
                    .map(f -> f.replace(".java", ""))
                    .collect(Collectors.toSet());
        }
        Matcher names = CLASS.matcher(Files.readString(root().resolve("docs/protocols/rocketmq.md")));
        int found = 0;
        while (names.find()) {
            assertTrue(tests.contains(names.group(1)), names.group(1));
            found++;
        }
        assertTrue(found > 50, "only " + found);
    }

    private static Path root() {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.exists(at.resolve("ARCHITECTURE.md"))) {
            at = at.getParent();
        }
        return at;
    }
}
