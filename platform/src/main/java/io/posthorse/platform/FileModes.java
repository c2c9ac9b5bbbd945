package io.posthorse.platform;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * The access modes of files that this program creates, where the file system has owners: a directory is readable by the
 * owner and its group (0750), so is a file (0640), and a secret by the owner alone (0600). Existing files keep their modes.
 */
public final class FileModes {
    private static final Set<StandardOpenOption> DATA =
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    private static final FileAttribute<?>[] NONE = {};

    private FileModes() {}

    /** Creates a directory, and missing ones above it. */
    public static void createDirectories(Path directory) throws IOException {
        Files.createDirectories(directory, of(directory, "rwxr-x---"));
    }

    /** Leaves a directory to its owner alone (0700); does nothing where the file system has no owners. */
    public static void restrict(Path directory) throws IOException {
        if (hasOwners(directory)) {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        }
    }

    /** Creates an empty file where it is missing. */
    public static void createFile(Path file) throws IOException {
        openFile(file).close();
    }

    /** Opens a file for reading and writing, and creates it where it is missing. */
    static FileChannel openFile(Path file) throws IOException {
        return FileChannel.open(file, DATA, of(file, "rw-r-----"));
    }

    /** Opens a file that only its owner may read, and creates it where it is missing. */
    static FileChannel openSecret(Path file) throws IOException {
        return FileChannel.open(file, DATA, of(file, "rw-------"));
    }

    /** Returns whether the file system has owners and modes. That of Windows has none; it also keeps mapped files. */
    static boolean hasOwners(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private static FileAttribute<?>[] of(Path path, String mode) {
        return hasOwners(path)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))}
                : NONE;
    }
}
