package io.posthorse.testkit.files;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.CopyOption;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.spi.FileSystemProvider;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.apache.lucene.tests.mockfile.FilterFileChannel;
import org.apache.lucene.tests.mockfile.FilterFileSystem;
import org.apache.lucene.tests.mockfile.FilterFileSystemProvider;

/**
 * This machine's files with the behaviour of Windows: a mapped file cannot be deleted, replaced or shortened until
 * {@link #unmapAll}; a directory cannot be opened; there are no POSIX modes. A mapping belongs to the file, so a renamed
 * file stays mapped, and renaming is allowed, as on Windows. Can be the default of a whole JVM:
 * {@code -Djava.nio.file.spi.DefaultFileSystemProvider}.
 */
public final class WindowsFileSystemProvider extends FilterFileSystemProvider {
    private static final Set<String> VIEWS = Set.of("basic", "dos", "owner", "acl", "user");

    private final Set<Object> mapped = ConcurrentHashMap.newKeySet();

    /** Creates a provider on top of the machine's own; Java calls this where it is the default. */
    public WindowsFileSystemProvider(FileSystemProvider machine) {
        super("file", machine);
        FileSystem files = machine.getFileSystem(java.net.URI.create("file:///"));
        fileSystem = new FilterFileSystem(this, files) {
            @Override
            public Set<String> supportedFileAttributeViews() {
                return VIEWS;
            }
        };
    }

    /** Returns the same path on such a system. */
    public Path of(Path path) {
        return wrapPath(path);
    }

    /** Unmaps all files, as a garbage collection may do at any time. */
    public void unmapAll() {
        mapped.clear();
    }

    private Object key(Path path) throws IOException {
        return Files.readAttributes(toDelegate(path), BasicFileAttributes.class).fileKey();
    }

    private void refuseMapped(Path path) throws IOException {
        if (Files.exists(toDelegate(path)) && mapped.contains(key(path))) {
            throw new AccessDeniedException(path.toString());
        }
    }

    @Override
    public FileChannel newFileChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        refuseModes(attributes);
        if (Files.isDirectory(toDelegate(path))) {
            throw new AccessDeniedException(path.toString());
        }
        FileChannel channel = super.newFileChannel(path, options, attributes);
        return new MappingChannel(channel, key(path));
    }

    private final class MappingChannel extends FilterFileChannel {
        private final Object key;

        MappingChannel(FileChannel channel, Object key) {
            super(channel);
            this.key = key;
        }

        @Override
        public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
            mapped.add(key);
            return super.map(mode, position, size);
        }

        @Override
        public FileChannel truncate(long size) throws IOException {
            if (size < size() && mapped.contains(key)) {
                throw new IOException(
                        "The requested operation cannot be performed on a file with a user-mapped section open");
            }
            return super.truncate(size);
        }
    }

    private static void refuseModes(FileAttribute<?>... attributes) {
        if (Stream.of(attributes).anyMatch(attribute -> attribute.name().startsWith("posix:"))) {
            throw new UnsupportedOperationException("'posix:permissions' not supported as initial attribute");
        }
    }

    @Override
    public void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
        refuseModes(attributes);
        super.createDirectory(directory, attributes);
    }

    @Override
    public void delete(Path path) throws IOException {
        refuseMapped(path);
        super.delete(path);
    }

    @Override
    public boolean deleteIfExists(Path path) throws IOException {
        refuseMapped(path);
        return super.deleteIfExists(path);
    }

    @Override
    public void move(Path source, Path target, CopyOption... options) throws IOException {
        refuseMapped(target);
        super.move(source, target, options);
    }

    /** Returns the names in a directory, including those of deleted files. */
    public List<String> names(Path directory) {
        String[] names = toDelegate(directory).toFile().list();
        return names == null ? List.of() : Arrays.stream(names).sorted().toList();
    }
}
