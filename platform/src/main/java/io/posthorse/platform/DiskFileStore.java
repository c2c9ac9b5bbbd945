package io.posthorse.platform;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** A directory of the machine's file system. */
public final class DiskFileStore implements FileStore, AutoCloseable {
    private static final String LOCK = "lock";
    private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
    private static final Path MOUNT_NAMESPACE = Path.of("/proc/self/ns/mnt");
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private final Path directory;
    private final FileChannel lockChannel;
    private final FileLock lock;
    /** The volume, once it was looked for: finding it takes reading the table of mounts, asking it does not. */
    private volatile java.nio.file.FileStore volume;

    private DiskFileStore(Path directory, FileChannel lockChannel, FileLock lock) {
        this.directory = directory;
        this.lockChannel = lockChannel;
        this.lock = lock;
    }

    /**
     * Returns the names of all that a directory holds, those of directories with a slash behind; empty where there is no
     * such directory.
     */
    public static Optional<List<String>> entries(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return Optional.of(entries.map(entry -> entry.getFileName() + (Files.isDirectory(entry) ? "/" : ""))
                    .sorted()
                    .toList());
        } catch (NoSuchFileException | NotDirectoryException e) {
            return Optional.empty();
        }
    }

    /**
     * Opens the directory, creating it where it is missing, and keeps every other process out of it. The operating
     * system ends the lock with the process, so a lock file that a killed process left behind is no obstacle.
     *
     * @throws DirectoryInUseException where another process (or another part of this one) has it open
     */
    public static DiskFileStore open(Path directory) throws IOException {
        try {
            Files.createDirectories(directory);
        } catch (FileAlreadyExistsException e) {
            throw new IOException(directory + " is not a directory; name a directory to keep the data in", e);
        }
        FileChannel channel = FileChannel.open(
                directory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return new DiskFileStore(directory, channel, lock);
            }
        } catch (OverlappingFileLockException e) {
            // held by this very process; same answer
        }
        channel.close();
        throw new DirectoryInUseException(directory.toAbsolutePath().toString());
    }

    @Override
    public List<String> list() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(Files::isRegularFile)
                    .map(f -> f.getFileName().toString())
                    .filter(n -> !n.equals(LOCK))
                    .sorted()
                    .toList();
        }
    }

    @Override
    public StoredFile open(String name) throws IOException {
        Path path = directory.resolve(name);
        return new DiskFile(path, FileChannel.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE));
    }

    @Override
    public StoredFile openExisting(String name) throws IOException {
        Path path = directory.resolve(name);
        return new DiskFile(path, FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE));
    }

    @Override
    public StoredFile openPrivate(String name) throws IOException {
        Path path = directory.resolve(name);
        Set<StandardOpenOption> options =
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        if (!path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return new DiskFile(path, FileChannel.open(path, options));
        }
        return new DiskFile(path, FileChannel.open(path, options, OWNER_ONLY));
    }

    @Override
    public void delete(String name) throws IOException {
        Files.deleteIfExists(directory.resolve(name));
    }

    @Override
    public void rename(String from, String to) throws IOException {
        Files.move(directory.resolve(from), directory.resolve(to), StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void forceNames() throws IOException {
        try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
            names.force(true);
        }
    }

    @Override
    public long usableBytes() throws IOException {
        return volume().getUsableSpace();
    }

    @Override
    public long totalBytes() throws IOException {
        return volume().getTotalSpace();
    }

    private java.nio.file.FileStore volume() throws IOException {
        java.nio.file.FileStore known = volume;
        if (known == null) {
            known = Files.getFileStore(directory);
            volume = known;
        }
        return known;
    }

    @Override
    public String bootId() {
        try {
            return Files.readString(BOOT_ID).trim();
        } catch (IOException e) {
            return "unknown"; // not Linux: every start counts as the same boot
        }
    }

    /** From Linux's table of mounts: the namespace, and number and device of the mount that holds the directory. */
    @Override
    public long volumeId() {
        try {
            String here = directory.toRealPath().toString();
            String place = "";
            int longest = -1;
            for (String line : Files.readAllLines(MOUNTS)) {
                String[] fields = line.split(" ");
                String point = fields.length > 4 ? fields[4] : "";
                boolean holds = here.equals(point) || point.equals("/") || here.startsWith(point + "/");
                if (!point.isEmpty() && holds && point.length() >= longest) {
                    longest = point.length();
                    place = fields[0] + " " + fields[2];
                }
            }
            int view = Files.readSymbolicLink(MOUNT_NAMESPACE).toString().hashCode();
            return (long) view << 32 | place.hashCode() & 0xFFFF_FFFFL;
        } catch (IOException | RuntimeException e) {
            return 0; // not Linux, or not to be read
        }
    }

    @Override
    public void close() throws IOException {
        lock.release();
        lockChannel.close();
    }

    private record DiskFile(Path path, FileChannel channel) implements StoredFile {
        private static final int ZEROS = 1 << 20;

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public void write(long position, ByteBuffer source) throws IOException {
            long at = position;
            while (source.hasRemaining()) {
                at += channel.write(source, at);
            }
        }

        @Override
        public int read(long position, ByteBuffer target) throws IOException {
            int total = 0;
            while (target.hasRemaining()) {
                int n = channel.read(target, position + total);
                if (n < 0) {
                    break;
                }
                total += n;
            }
            return total;
        }

        @Override
        public long nextData(long from) {
            return BlockAllocation.nextData(path, from);
        }

        @Override
        public void force() throws IOException {
            channel.force(false);
        }

        @Override
        public void allocate(long from, long end) throws IOException {
            if (from < end && !BlockAllocation.reserve(path, from, end - from)) {
                zero(from, end);
            }
        }

        private void zero(long from, long end) throws IOException {
            ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.max(0, Math.min(ZEROS, end - from)));
            for (long at = from; at < end; at += zeros.limit()) {
                zeros.clear().limit((int) Math.min(zeros.capacity(), end - at));
                write(at, zeros);
            }
        }

        @Override
        public ByteBuffer map(int length) throws IOException {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, length);
        }

        @Override
        public void truncate(long size) throws IOException {
            channel.truncate(size);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
