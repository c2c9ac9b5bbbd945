package io.posthorse.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Deleted files that Windows does not let go of as long as they are mapped. Each gets a name that nobody asks for, so that
 * its own is free, and goes for good once nothing maps it any more: with a later deletion, or when the directory is next
 * opened.
 */
final class DeletedFiles {
    private static final String SUFFIX = ".deleted";

    private final Path directory;
    private final Set<Path> waiting = new HashSet<>();
    private long number;

    private DeletedFiles(Path directory) {
        this.directory = directory;
    }

    /** Deletes what an earlier run has left. */
    static DeletedFiles of(Path directory) throws IOException {
        DeletedFiles remains = new DeletedFiles(directory);
        try (Stream<Path> files = Files.list(directory)) {
            files.filter(file -> isOne(file.getFileName().toString())).forEach(remains.waiting::add);
        }
        remains.sweep();
        return remains;
    }

    static boolean isOne(String name) {
        return name.endsWith(SUFFIX);
    }

    /** Frees a name. */
    synchronized void add(Path file) throws IOException {
        Path aside;
        do {
            aside = directory.resolve(file.getFileName() + "." + number++ + SUFFIX);
        } while (Files.exists(aside));
        Files.move(file, aside, StandardCopyOption.ATOMIC_MOVE);
        waiting.add(aside);
    }

    /** Deletes those that the system lets go of by now. */
    synchronized void sweep() {
        List<Path> gone = new ArrayList<>();
        for (Path file : waiting) {
            try {
                Files.deleteIfExists(file);
                gone.add(file);
            } catch (IOException e) {
                // still mapped
            }
        }
        waiting.removeAll(gone);
    }
}
