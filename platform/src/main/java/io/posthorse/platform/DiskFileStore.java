package io.posthorse.platform;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** A directory of the machine's file system. */
public final class DiskFileStore implements FileStore, AutoCloseable {
    private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
    private static final Path MOUNT_NAMESPACE = Path.of("/proc/self/ns/mnt");
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    /** Minimum bytes for a new file. */
    private static final long FIRST_BYTES = 4 << 10;

    private final Path directory;
    /** Null where the directory's owner keeps other processes out. */
    private final DirectoryLock lock;
    /** Deleted files that are still mapped; null where the system can delete mapped files, as all but Windows can. */
    private final DeletedFiles deletedFiles;

    private DiskFileStore(Path directory, DirectoryLock lock) throws IOException {
        this.directory = directory;
        this.lock = lock;
        this.deletedFiles = FileModes.hasOwners(directory) ? null : DeletedFiles.of(directory);
    }

    /**
     * Returns the names of all entries of a directory, those of directories with a trailing slash; empty where there is no
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
     * Opens the directory, creates it where it is missing, and keeps every other process out of it. The operating system
     * releases the lock when the process ends, so the lock file of a killed process is no obstacle.
     *
     * @throws DirectoryInUseException where another process (or another part of this one) has it open
     */
    public static DiskFileStore open(Path directory) throws IOException {
        try {
            FileModes.createDirectories(directory);
            return of(directory, DirectoryLock.take(directory));
        } catch (FileAlreadyExistsException e) {
            throw new IOException(directory + " is not a directory; name a directory to keep the data in", e);
        } catch (IOException e) {
            throw explained(e, directory, FIRST_BYTES);
        }
    }

    /** Opens an existing directory that its owner keeps other processes out of by other means. */
    public static DiskFileStore unlocked(Path directory) throws IOException {
        return new DiskFileStore(directory, null);
    }

    private static DiskFileStore of(Path directory, DirectoryLock lock) throws IOException {
        try {
            return new DiskFileStore(directory, lock);
        } catch (IOException e) {
            lock.close();
            throw e;
        }
    }

    /** Returns the failure; for a full disk, one with the needed and free bytes. */
    private static IOException explained(IOException failure, Path place, long neededBytes) {
        boolean isOther = failure instanceof NoSpaceException || failure instanceof DirectoryInUseException
                || failure instanceof AccessDeniedException || failure instanceof NoSuchFileException;
        if (isOther) {
            return failure;
        }
        File there = file(Files.isDirectory(place) ? place : place.toAbsolutePath().getParent());
        long free = there.getTotalSpace() == 0 ? -1 : there.getUsableSpace();
        boolean isFull = free >= 0 && free < neededBytes; // the system's text may be in any language
        if (!isFull && !NoSpaceException.isCauseOf(failure)) {
            return failure;
        }
        return new NoSpaceException(place.toAbsolutePath().toString(), neededBytes, free, failure);
    }

    @Override
    public String place() {
        return directory.toAbsolutePath().toString();
    }

    @Override
    public List<String> list() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(Files::isRegularFile)
                    .map(f -> f.getFileName().toString())
                    .filter(n -> !n.equals(DirectoryLock.NAME) && !DeletedFiles.isOne(n))
                    .sorted()
                    .toList();
        }
    }

    @Override
    public StoredFile open(String name) throws IOException {
        Path path = directory.resolve(name);
        try {
            return new DiskFile(path, FileModes.openFile(path));
        } catch (IOException e) {
            throw explained(e, path, FIRST_BYTES);
        }
    }

    @Override
    public StoredFile openExisting(String name) throws IOException {
        Path path = directory.resolve(name);
        return new DiskFile(path, FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE));
    }

    @Override
    public StoredFile openPrivate(String name) throws IOException {
        Path path = directory.resolve(name);
        return new DiskFile(path, FileModes.openSecret(path));
    }

    @Override
    public void delete(String name) throws IOException {
        try {
            Files.deleteIfExists(directory.resolve(name));
        } catch (IOException e) {
            if (deletedFiles == null) {
                throw e;
            }
            deletedFiles.add(directory.resolve(name));
        }
        if (deletedFiles != null) {
            deletedFiles.sweep();
        }
    }

    @Override
    public void rename(String from, String to) throws IOException {
        try {
            Files.move(directory.resolve(from), directory.resolve(to), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            if (deletedFiles == null || !Files.exists(directory.resolve(from)) || !Files.exists(directory.resolve(to))) {
                throw e;
            }
            // it is mapped; a crash between the two leaves neither name, as after a deletion
            deletedFiles.add(directory.resolve(to));
            Files.move(directory.resolve(from), directory.resolve(to), StandardCopyOption.ATOMIC_MOVE);
        }
    }

    @Override
    public void forceNames() throws IOException {
        if (deletedFiles != null) {
            return; // Windows cannot open directories; NTFS writes name changes to its own journal, in order
        }
        try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
            names.force(true);
        }
    }

    private static File file(Path path) {
        return new File(path.toAbsolutePath().toString());
    }

    @Override
    public long usableBytes() throws IOException {
        return asked(file(directory).getUsableSpace());
    }

    @Override
    public long totalBytes() throws IOException {
        return asked(file(directory).getTotalSpace());
    }

    /**
     * Asks the directory for its volume, for the system's table of mounts need not have it: in a changed root it does not.
     *
     * @param bytes what is said of the volume; 0 where nothing is
     */
    private long asked(long bytes) throws IOException {
        if (bytes == 0 && file(directory).getTotalSpace() == 0) {
            throw new IOException("the size of the volume that holds " + directory + " cannot be read");
        }
        return bytes;
    }

    @Override
    public String bootId() {
        return bootId(BOOT_ID, ProcessHandle.of(1).flatMap(first -> first.info().startInstant()));
    }

    /** @param firstStarted start of the first process, which macOS tells; unknown on Windows */
    static String bootId(Path linux, Optional<Instant> firstStarted) {
        try {
            return Files.readString(linux).trim();
        } catch (IOException e) {
            return firstStarted.map(Object::toString).orElseGet(() -> UUID.randomUUID().toString());
        }
    }

    /**
     * Returns an id made from Linux's table of mounts: the namespace, and number and device of the mount that holds the
     * directory.
     */
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
            return 0; // not Linux, or unreadable
        }
    }

    @Override
    public void close() throws IOException {
        if (deletedFiles != null) {
            deletedFiles.sweep();
        }
        if (lock != null) {
            lock.close();
        }
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
            try {
                while (source.hasRemaining()) {
                    at += channel.write(source, at);
                }
            } catch (IOException e) {
                throw explained(e, path, source.remaining());
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
            try {
                if (from < end && !BlockAllocation.reserve(path, from, end - from)) {
                    zero(from, end);
                }
            } catch (IOException e) {
                throw explained(e, path, end - from);
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
        public boolean truncate(long size) throws IOException {
            try {
                channel.truncate(size);
                return true;
            } catch (IOException e) {
                if (FileModes.hasOwners(path)) {
                    throw e;
                }
                return false;
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
