package io.posthorse.server;

import io.posthorse.platform.FileModes;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The files of a process beside its data, such as its server log: readable by their owner and group where the file system
 * allows that.
 */
public final class OwnFiles {
    private OwnFiles() {}

    /** Creates a directory, and the missing ones above it. */
    public static void createDirectories(Path directory) throws IOException {
        FileModes.createDirectories(directory);
    }

    /** Creates an empty file where it is missing. */
    public static void create(Path file) throws IOException {
        FileModes.createFile(file);
    }

    /** Leaves a directory, with all that is in it, to its owner alone; does nothing where the file system has no owners. */
    static void restrict(Path directory) throws IOException {
        FileModes.restrict(directory);
    }
}
