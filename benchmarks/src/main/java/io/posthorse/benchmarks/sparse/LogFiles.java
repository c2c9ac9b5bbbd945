package io.posthorse.benchmarks.sparse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The files of a data directory.
 *
 * @param segments files of the log
 * @param logBytes their apparent size
 * @param indexes files of indexes by offset
 * @param keys files of indexes by key
 */
record LogFiles(int segments, long logBytes, int indexes, int keys) {
    static LogFiles of(Path directory) throws IOException {
        int segments = 0;
        long bytes = 0;
        int indexes = 0;
        int keys = 0;
        for (Path file : list(directory)) {
            String name = file.getFileName().toString();
            indexes += name.endsWith(".index") ? 1 : 0;
            keys += name.endsWith(".keys") ? 1 : 0;
            if (name.endsWith(".log")) {
                segments++;
                bytes += size(file);
            }
        }
        return new LogFiles(segments, bytes, indexes, keys);
    }

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    private static long size(Path file) throws IOException {
        try {
            return Files.size(file);
        } catch (NoSuchFileException e) {
            return 0; // dropped meanwhile
        }
    }

    /** Deletes a directory with its content, if it exists. */
    static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> found = Files.walk(directory)) {
            for (Path path : found.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    @Override
    public String toString() {
        return segments + " segments, " + (logBytes >> 20) + " MiB of log, " + indexes + " index files, " + keys
                + " key files";
    }
}
