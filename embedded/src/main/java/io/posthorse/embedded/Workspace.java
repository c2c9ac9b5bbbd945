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
 * A directory for all temporary files of this JVM, which goes when the JVM ends. A file in it is locked for as long; so
 * what a killed JVM left behind is known to the next one, which removes it.
 *
 * <p>At the end of the JVM brokers that nobody closed are not stopped here: clients close in that minute too, and shall
 * still find their broker. One that is being closed in that minute is waited for, as its last files would be deleted under
 * its hands; one that is closed later finds nothing to save.
 */
final class Workspace {
    private static final Path SHARED_MEMORY = Paths.get("/dev/shm");
    private static final long MEMORY_BYTES_MIN = 64L << 20;
    private static final long YOUNG_MS = 60_000;
    private static final String PREFIX = "posthorse-embedded-";
    private static final String LOCK = "lock";
    private static final long CLOSING_SECONDS_MAX = 20;
    /** Who closes a broker holds the read lock. Who deletes all when the JVM ends has had the write lock once before. */
    private static final ReentrantReadWriteLock FILES = new ReentrantReadWriteLock();
    private static volatile boolean ending;
    private static Workspace onDisk;
    private static Workspace inMemory;

    private final Path root;
    /** Held for the life of the JVM. */
    @SuppressWarnings("UnusedVariable")
    private final FileLock lock;

    private Workspace(Path place) throws IOException {
        String process = PREFIX + ManagementFactory.getRuntimeMXBean().getName().replaceAll("@.*", "-");
        root = Files.createTempDirectory(place, process);
        removeLeftovers(place, process, Files.getOwner(root));
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

    /** Keeps the files until {@link #closed}; false where they are being deleted, as the JVM ends. */
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

    /** Lets the files go that {@link #closing} kept. */
    static void closed() {
        FILES.readLock().unlock();
    }

    /** The one in memory, if that is asked for and there is such a place, or else the one among the temporary files. */
    static synchronized Workspace of(boolean memory) throws IOException {
        if (memory && isRoomy(SHARED_MEMORY)) {
            inMemory = inMemory == null ? new Workspace(SHARED_MEMORY) : inMemory;
            return inMemory;
        }
        onDisk = onDisk == null ? new Workspace(Paths.get(System.getProperty("java.io.tmpdir"))) : onDisk;
        return onDisk;
    }

    private static boolean isRoomy(Path place) {
        File file = place.toFile();
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
    private static void removeLeftovers(Path place, String process, UserPrincipal user) {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(place, PREFIX + "*")) {
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
     * Deletes a directory and all in it, as far as it is there. What Windows does not let go of, since it is mapped or a
     * class loader has it, stays with its lock file, and is deleted by a later JVM.
     *
     * @throws UncheckedIOException where something cannot be deleted
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

        /** The lock file goes last: what is left is found by it. */
        void end() throws IOException {
            if (!hasLeftFiles) {
                Files.deleteIfExists(directory.resolve(LOCK));
                Files.deleteIfExists(directory);
            }
        }
    }
}
