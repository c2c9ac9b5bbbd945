package io.posthorse.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Files and directories that are on the disk before they have their name, so that what has its name is whole. Where the file
 * system knows owners, directories and secrets are for theirs alone.
 */
final class WholeFiles {
    private WholeFiles() {}

    /** Returns the path beside another one under which that is made. */
    static Path unfinished(Path target) {
        return target.resolveSibling("." + target.getFileName() + ".new");
    }

    /** Creates a directory that only its owner may enter. */
    static void createDirectory(Path directory) throws IOException {
        Files.createDirectory(directory, mode(directory, "rwx------"));
    }

    /** Creates a file with a text, and forces it to the disk. */
    static void create(Path file, String text, boolean isSecret) throws IOException {
        var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (FileChannel channel = FileChannel.open(file, options, mode(file, isSecret ? "rw-------" : "rw-r-----"))) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }

    /** Creates a file with a text, whole or not at all. */
    static void createWhole(Path file, String text, boolean isSecret) throws IOException {
        Path unfinished = unfinished(file);
        delete(unfinished);
        create(unfinished, text, isSecret);
        publish(unfinished, file);
    }

    /** Gives a finished file or directory its name. */
    static void publish(Path unfinished, Path target) throws IOException {
        if (Files.isDirectory(unfinished)) {
            force(unfinished);
        }
        Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
        force(target.toAbsolutePath().getParent());
    }

    /** Deletes what an interruption has left: a file, or a directory of files. */
    static void delete(Path unfinished) throws IOException {
        if (Files.isDirectory(unfinished, LinkOption.NOFOLLOW_LINKS)) {
            for (Path file : list(unfinished)) {
                Files.delete(file);
            }
        }
        Files.deleteIfExists(unfinished);
    }

    /** Returns what is in a directory, in the order of names. */
    static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        }
    }

    /** Opens a file that nobody reads, and creates it where it is missing. */
    static FileChannel openLock(Path file) throws IOException {
        return FileChannel.open(file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), mode(file, "rw-------"));
    }

    /** Returns a short description of an exception: those about files say little more than a path. */
    static String reason(Exception e) {
        if (e instanceof NoSuchFileException missing) {
            return missing.getFile() + " is missing";
        }
        if (e instanceof AccessDeniedException denied) {
            return denied.getFile() + " cannot be read or written by this user";
        }
        return e instanceof FileSystemException failure && failure.getReason() != null
                ? failure.getFile() + ": " + failure.getReason()
                : RemoteBroker.reason(e);
    }

    private static void force(Path directory) {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // Windows cannot; a power cut may cost the last names then, but half of nothing
        }
    }

    private static FileAttribute<?>[] mode(Path path, String mode) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))}
                : new FileAttribute<?>[0];
    }
}
