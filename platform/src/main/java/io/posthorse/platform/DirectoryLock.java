package io.posthorse.platform;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A lock that keeps every other process out of a directory. The operating system releases it when the process ends, so the
 * file of a killed process is no obstacle. The file holds the id of the process that has the lock; the locked byte is far
 * behind that, since some systems let nobody read locked bytes.
 */
final class DirectoryLock implements Closeable {
    static final String NAME = "lock";
    private static final int ID_BYTES_MAX = 20;

    private final FileChannel channel;
    private final FileLock lock;

    private DirectoryLock(FileChannel channel, FileLock lock) {
        this.channel = channel;
        this.lock = lock;
    }

    /** @throws DirectoryInUseException where another process, or another part of this one, has the directory */
    static DirectoryLock take(Path directory) throws IOException {
        FileChannel channel = FileModes.openFile(directory.resolve(NAME));
        String owner = "this very process";
        try {
            FileLock lock = channel.tryLock(Long.MAX_VALUE - 1, 1, false);
            if (lock != null) {
                DirectoryLock taken = new DirectoryLock(channel, lock);
                taken.sign();
                return taken;
            }
            owner = owner(channel);
        } catch (OverlappingFileLockException e) {
            // held by this very process
        }
        channel.close();
        throw new DirectoryInUseException(directory.toAbsolutePath().toString(), owner);
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
        lock.release();
        channel.close();
    }
}
