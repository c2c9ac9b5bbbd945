package io.posthorse.architecture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The checkout whose files the tests read. */
final class Checkout {
    static final Path ROOT = root();

    private Checkout() {}

    private static Path root() {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.exists(at.resolve("ARCHITECTURE.md"))) {
            at = at.getParent();
        }
        return at;
    }

    /** Returns all Java sources, or those below directories named {@code main}. */
    static List<Path> sources(boolean mainOnly) throws IOException {
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files.filter(f -> f.toString().endsWith(".java"))
                    .filter(f -> !f.toString().contains("/target/"))
                    .filter(f -> !mainOnly || f.toString().contains("/src/main/"))
                    .sorted()
                    .toList();
        }
    }

    static String name(Path file) {
        return ROOT.relativize(file).toString();
    }
}
