package io.posthorse.platform;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A lock that keeps every other process out of a directory. The operating system releases it when the process ends, so the
 * file of a killed process is no obstacle. The file holds the id of the process that has the lock, and on Linux the place
 * where that id is valid: container and boot. The locked byte is far behind that, since some systems let nobody read locked
 * bytes.
 */
final class DirectoryLock implements Closeable {
    static final String NAME = "lock";
    private static final int TEXT_BYTES_MAX = 128;
    private static final String THIS_PROCESS = "this very process";

    /**
     * Begin of the system properties that name the directories that this process has. All class loaders see them, so that
     * none opens the file of another one's lock: on Linux, closing any channel to a file ends all locks of the process on
     * it.
     */
    private static final String HELD = "io.posthorse.held:";
    /** Channels to files that this process has locked by other means. They stay open for the reason above. */
    private static final Queue<FileChannel> OVERLAPPING = new ConcurrentLinkedQueue<>();
    /** Links to this process's namespace of process ids. */
    private static final Path NAMESPACE = Path.of("/proc/self/ns/pid");
    private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");

    private final Path directory;
    private final FileChannel channel;
    private final FileLock lock;

    private DirectoryLock(Path directory, FileChannel channel, FileLock lock) {
        this.directory = directory;
        this.channel = channel;
        this.lock = lock;
    }

    /** @throws DirectoryInUseException where another process, or another part of this one, has the directory */
    static DirectoryLock take(Path directory) throws IOException {
        Path real = directory.toRealPath();
        if (System.getProperties().putIfAbsent(HELD + real, "") != null) {
            throw inUse(directory, THIS_PROCESS);
        }
        DirectoryLock taken = null;
        try {
            taken = lock(directory, real);
            return taken;
        } finally {
            if (taken == null) {
                System.clearProperty(HELD + real);
            }
        }
    }

    private static DirectoryLock lock(Path directory, Path real) throws IOException {
        FileChannel channel = FileModes.openFile(directory.resolve(NAME));
        FileLock lock;
        try {
            lock = channel.tryLock(Long.MAX_VALUE - 1, 1, false);
        } catch (OverlappingFileLockException e) {
            OVERLAPPING.add(channel);
            throw inUse(directory, THIS_PROCESS);
        }
        if (lock == null) {
            String owner = owner(channel);
            channel.close();
            throw inUse(directory, owner);
        }
        DirectoryLock taken = new DirectoryLock(real, channel, lock);
        taken.sign();
        return taken;
    }

    private static DirectoryInUseException inUse(Path directory, String owner) {
        return new DirectoryInUseException(directory.toAbsolutePath().toString(), owner);
    }

    private void sign() {
        try {
            channel.truncate(0);
            String text = (ProcessHandle.current().pid() + " " + place()).strip() + "\n";
            channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)), 0);
        } catch (IOException e) {
            // a full disk: other processes are told no process id
        }
    }

    private static String owner(FileChannel channel) {
        try {
            ByteBuffer text = ByteBuffer.allocate(TEXT_BYTES_MAX);
            channel.read(text, 0);
            String[] parts = new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII).strip().split(" ", 2);
            long id = Long.parseLong(parts[0]);
            boolean isHere = (parts.length == 1 || parts[1].equals(place())) && ProcessHandle.of(id).isPresent();
            return "process " + id + (isHere ? "" : " of another container or machine");
        } catch (IOException | NumberFormatException e) {
            return "another process";
        }
    }

    /** Returns where this process's id is valid: boot and namespace of process ids; empty where the system does not tell. */
    private static String place() {
        try {
            return Files.readString(BOOT).strip() + " " + Files.readSymbolicLink(NAMESPACE);
        } catch (IOException | UnsupportedOperationException e) {
            return "";
        }
    }

    @Override
    public void close() throws IOException {
        try {
            lock.release();
            channel.close();
        } finally {
            System.clearProperty(HELD + directory);
        }
    }
}
