package io.posthorse.server;

import io.posthorse.platform.FileModes;
import java.io.IOException;
import java.nio.file.Path;

/** Files of a process beside its data, such as its log: for their owner and his group to read, where that is known. */
public final class OwnFiles {
    private OwnFiles() {}

    /** Makes a directory, and those above it that are missing. */
    public static void createDirectories(Path directory) throws IOException {
        FileModes.createDirectories(directory);
    }

    /** Makes a file, empty, where it is missing. */
    public static void create(Path file) throws IOException {
        FileModes.createFile(file);
    }
}
