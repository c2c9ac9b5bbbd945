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
 * Who may read what this program makes, where the file system knows owners: a directory is for the owner and his group to
 * read (0750), so is a file (0640), and a secret is for the owner alone (0600). What is there already stays as it is.
 */
public final class FileModes {
    private static final Set<StandardOpenOption> DATA =
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    private static final FileAttribute<?>[] NONE = {};

    private FileModes() {}

    /** Makes a directory, and those above it that are missing. */
    public static void createDirectories(Path directory) throws IOException {
        Files.createDirectories(directory, of(directory, "rwxr-x---"));
    }

    /** Makes a file, empty, where it is missing. */
    public static void createFile(Path file) throws IOException {
        openFile(file).close();
    }

    /** Opens a file for reading and writing, making it where it is missing. */
    static FileChannel openFile(Path file) throws IOException {
        return FileChannel.open(file, DATA, of(file, "rw-r-----"));
    }

    /** The same of a file that nobody but its owner reads. */
    static FileChannel openSecret(Path file) throws IOException {
        return FileChannel.open(file, DATA, of(file, "rw-------"));
    }

    /** Returns whether the file system knows owners and modes. Windows' do not, and they keep what is mapped, too. */
    static boolean hasOwners(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private static FileAttribute<?>[] of(Path path, String mode) {
        return hasOwners(path)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))}
                : NONE;
    }
}
