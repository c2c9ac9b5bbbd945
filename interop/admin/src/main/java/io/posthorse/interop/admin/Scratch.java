package io.posthorse.interop.admin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A directory for the files of a step, which is deleted with its content. */
final class Scratch implements AutoCloseable {
    private final Path folder;

    Scratch() throws IOException {
        folder = Files.createTempDirectory("posthorse-admin");
    }

    Path folder() {
        return folder;
    }

    /** Creates a file with a text; returns its path for a command. */
    String file(String text) throws IOException {
        return Files.writeString(folder.resolve("input.json"), text).toString();
    }

    @Override
    public void close() throws IOException {
        List<Path> all;
        try (Stream<Path> found = Files.walk(folder)) {
            all = found.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : all) {
            Files.delete(path);
        }
    }
}
