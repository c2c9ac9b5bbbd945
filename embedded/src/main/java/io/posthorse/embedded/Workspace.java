package io.posthorse.embedded;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.UserPrincipal;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The directory of all temporary files of this JVM, which is deleted when the JVM ends. A file in it is locked for that
 * time, so a later JVM recognizes and removes what a killed JVM left.
 *
 * <p>At the end of the JVM, brokers that are still open are not stopped here: clients close at the same time, and must
 * still reach their broker. A broker that is being closed then is waited for, since its last files would be deleted
 * meanwhile; one that is closed later has no files left to write.
 */
final class Workspace {
    private static final Path SHARED_MEMORY = Paths.get("/dev/shm");
    private static final long MEMORY_BYTES_MIN = 64L << 20;
    private static final long YOUNG_MS = 60_000;
    private static final String PREFIX = "posthorse-embedded-";
    private static final String LOCK = "lock";
    private static final long CLOSING_SECONDS_MAX = 20;
    /**
     * Held for reading while a broker is closed. The deletion at the end of the JVM has acquired it for writing once
     * before.
     */
    private static final ReentrantReadWriteLock FILES = new ReentrantReadWriteLock();
    private static volatile boolean ending;
    private static Workspace onDisk;
    private static Workspace inMemory;

    private final Path root;
    /** Held until the JVM ends. */
    @SuppressWarnings("UnusedVariable")
    private final FileLock lock;

    private Workspace(Path parent) throws IOException {
        String process = PREFIX + ManagementFactory.getRuntimeMXBean().getName().replaceAll("@.*", "-");
        root = Files.createTempDirectory(parent, process);
        removeLeftovers(parent, process, Files.getOwner(root));
        lock = FileChannel.open(root.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE).lock();
        Runtime.getRuntime().addShutdownHook(new Thread(this::deleteAtEnd, "posthorse-embedded-cleanup"));
    }

    private void deleteAtEnd() {
        ending = true;
        try {
            if (FILES.writeLock().tryLock(CLOSING_SECONDS_MAX, TimeUnit.SECONDS)) {
                FILES.writeLock().unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        delete(root);
    }

    /** Keeps the files until {@link #closed}; returns false where the end of the JVM deletes them. */
    static boolean closing() {
        if (!FILES.readLock().tryLock()) {
            return false;
        }
        if (ending) {
            FILES.readLock().unlock();
            return false;
        }
        return true;
    }

    /** Releases the files that {@link #closing} kept. */
    static void closed() {
        FILES.readLock().unlock();
    }

    /** Returns the workspace in memory where that is requested and possible, otherwise the one among the temporary files. */
    static synchronized Workspace of(boolean memory) throws IOException {
        if (memory && isRoomy(SHARED_MEMORY)) {
            inMemory = inMemory == null ? new Workspace(SHARED_MEMORY) : inMemory;
            return inMemory;
        }
        onDisk = onDisk == null ? new Workspace(Paths.get(System.getProperty("java.io.tmpdir"))) : onDisk;
        return onDisk;
    }

    private static boolean isRoomy(Path parent) {
        File file = parent.toFile();
        return file.isDirectory() && file.canWrite() && file.getUsableSpace() >= MEMORY_BYTES_MIN;
    }

    Path newDirectory() throws IOException {
        return Files.createTempDirectory(root, "broker-");
    }

    Path libraries() throws IOException {
        return Files.createDirectory(root.resolve("lib"));
    }

    /**
     * Removes what JVMs of this user have left that have ended. What cannot be deleted, is young, or belongs to somebody
     * else stays: the place is shared with other users, who may put anything there under such a name.
     */
    private static void removeLeftovers(Path parent, String process, UserPrincipal user) {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(parent, PREFIX + "*")) {
            for (Path directory : found) {
                removeIfLeft(directory, process, user);
            }
        } catch (IOException | RuntimeException e) {
            return; // no reason not to start
        }
    }

    private static void removeIfLeft(Path directory, String process, UserPrincipal user) {
        try {
            if (!directory.getFileName().toString().startsWith(process)
                    && Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
                    && Files.getOwner(directory, LinkOption.NOFOLLOW_LINKS).equals(user)
                    && isLeft(directory.resolve(LOCK))) {
                delete(directory);
            }
        } catch (IOException | RuntimeException e) {
            return; // the others are removed all the same
        }
    }

    private static boolean isLeft(Path file) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || !Files.isWritable(file)
                || System.currentTimeMillis() - Files.getLastModifiedTime(file).toMillis() < YOUNG_MS) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE); FileLock free = channel.tryLock()) {
            return free != null;
        }
    }

    /**
     * Deletes a directory with its contents, where it exists. Files that Windows does not delete, since they are mapped or
     * a class loader has them open, stay with the lock file, and a later JVM deletes them.
     *
     * @throws UncheckedIOException where a file cannot be deleted
     */
    static void delete(Path directory) {
        Deletion deletion = new Deletion(directory);
        try {
            Files.walkFileTree(directory, deletion);
            deletion.end();
        } catch (IOException e) {
            throw new UncheckedIOException("Temporary files of a broker could not be deleted: " + e.getMessage()
                    + ". Delete " + directory + " by hand.", e);
        }
    }

    private static final class Deletion extends SimpleFileVisitor<Path> {
        private final Path directory;
        private final boolean mayLeaveFiles;
        private boolean hasLeftFiles;

        Deletion(Path directory) {
            this.directory = directory;
            this.mayLeaveFiles = !directory.getFileSystem().supportedFileAttributeViews().contains("posix");
        }

        private void delete(Path file) throws IOException {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                if (!mayLeaveFiles) {
                    throw e;
                }
                hasLeftFiles = true;
            }
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            if (!file.equals(directory.resolve(LOCK))) {
                delete(file);
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw e;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path visited, IOException e) throws IOException {
            if (!visited.equals(directory)) {
                delete(visited);
            }
            return FileVisitResult.CONTINUE;
        }

        /** Deletes the lock file last, by which remaining files are found. */
        void end() throws IOException {
            if (!hasLeftFiles) {
                Files.deleteIfExists(directory.resolve(LOCK));
                Files.deleteIfExists(directory);
            }
        }
    }
}
