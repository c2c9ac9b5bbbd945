package io.posthorse.platform;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A lock that keeps every other process out of a directory. The operating system releases it when the process ends, so the
 * file of a killed process is no obstacle. The file holds the id of the process that has the lock; the locked byte is far
 * behind that, since some systems let nobody read locked bytes.
 */
final class DirectoryLock implements Closeable {
    static final String NAME = "lock";
    private static final int ID_BYTES_MAX = 20;
    private static final String THIS_PROCESS = "this very process";

    /** Directories that this process has, so that it does not open their files once more: see {@link #OVERLAPPING}. */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();
    /**
     * Channels to files that another class loader of this process has locked. They stay open: on Linux, closing any channel
     * to a file ends all locks that the process has on it.
     */
    private static final Queue<FileChannel> OVERLAPPING = new ConcurrentLinkedQueue<>();

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
        if (!HELD.add(real)) {
            throw inUse(directory, THIS_PROCESS);
        }
        DirectoryLock taken = null;
        try {
            taken = lock(directory, real);
            return taken;
        } finally {
            if (taken == null) {
                HELD.remove(real);
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
            channel.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)), 0);
        } catch (IOException e) {
            // a full disk: other processes are told no process id
        }
    }

    private static String owner(FileChannel channel) {
        try {
            ByteBuffer text = ByteBuffer.allocate(ID_BYTES_MAX);
            channel.read(text, 0);
            long id = Long.parseLong(new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII).strip());
            boolean isHere = ProcessHandle.of(id).isPresent();
            return "process " + id + (isHere ? "" : " of another container or machine");
        } catch (IOException | NumberFormatException e) {
            return "another process";
        }
    }

    @Override
    public void close() throws IOException {
        try {
            lock.release();
            channel.close();
        } finally {
            HELD.remove(directory);
        }
    }
}
