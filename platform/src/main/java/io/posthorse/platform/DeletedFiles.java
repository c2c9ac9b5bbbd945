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
 * The deleted files that Windows keeps while they are mapped. Each is renamed to an unused name, so that its own is free,
 * and is deleted for good once nothing maps it any more: with a later deletion, or at the next opening of the directory.
 */
final class DeletedFiles {
    private static final String SUFFIX = ".deleted";

    private final Path directory;
    private final Set<Path> waiting = new HashSet<>();
    private long number;

    private DeletedFiles(Path directory) {
        this.directory = directory;
    }

    /** Deletes files that an earlier run has left. */
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

    /** Renames a file, so that its name is free. */
    synchronized void add(Path file) throws IOException {
        Path aside;
        do {
            aside = directory.resolve(file.getFileName() + "." + number++ + SUFFIX);
        } while (Files.exists(aside));
        Files.move(file, aside, StandardCopyOption.ATOMIC_MOVE);
        waiting.add(aside);
    }

    /** Deletes the files that are no longer mapped. */
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
