package io.posthorse.benchmarks.sparse;

import io.posthorse.platform.DiskFileStore;
import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A directory in which pages of zeros become holes: the files have the same content as if they were written, but few blocks.
 * Where it is not sparse, it is an ordinary directory.
 */
final class SparseFiles implements FileStore, AutoCloseable {
    private static final int PAGE = 4_096;
    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(PAGE).asReadOnlyBuffer();

    private final DiskFileStore files;
    private volatile boolean sparse;

    SparseFiles(DiskFileStore files, boolean sparse) {
        this.files = files;
        this.sparse = sparse;
    }

    /** Sets whether pages of zeros become holes. */
    void sparse(boolean now) {
        sparse = now;
    }

    private StoredFile wrap(String name, StoredFile file) {
        return name.endsWith(".log") ? new Sparse(file) : file;
    }

    @Override
    public StoredFile open(String name) throws IOException {
        return wrap(name, files.open(name));
    }

    @Override
    public StoredFile openExisting(String name) throws IOException {
        return wrap(name, files.openExisting(name));
    }

    @Override
    public StoredFile openPrivate(String name) throws IOException {
        return files.openPrivate(name);
    }

    @Override
    public List<String> list() throws IOException {
        return files.list();
    }

    @Override
    public void delete(String name) throws IOException {
        files.delete(name);
    }

    @Override
    public void rename(String from, String to) throws IOException {
        files.rename(from, to);
    }

    @Override
    public void forceNames() throws IOException {
        files.forceNames();
    }

    @Override
    public long usableBytes() throws IOException {
        return files.usableBytes();
    }

    @Override
    public long totalBytes() throws IOException {
        return files.totalBytes();
    }

    @Override
    public String bootId() {
        return files.bootId();
    }

    @Override
    public long volumeId() {
        return files.volumeId();
    }

    @Override
    public void close() throws IOException {
        files.close();
    }

    private final class Sparse implements StoredFile {
        private final StoredFile file;

        Sparse(StoredFile file) {
            this.file = file;
        }

        /** Writes the pages; always the last one, so that the file has its full length. */
        @Override
        public void write(long position, ByteBuffer source) throws IOException {
            if (!sparse) {
                file.write(position, source);
                return;
            }
            int begin = source.position();
            int end = source.limit();
            int last = Math.max(begin, end - PAGE);
            int from = begin;
            int at = begin + (int) (-position & PAGE - 1);
            while (at < last) {
                boolean isHole = source.slice(at, PAGE).mismatch(ZEROS) < 0;
                if (isHole) {
                    put(position - begin + from, source, from, at);
                    from = at + PAGE;
                }
                at += PAGE;
            }
            put(position - begin + from, source, from, end);
            source.limit(end).position(end);
        }

        private void put(long position, ByteBuffer source, int from, int end) throws IOException {
            if (from < end) {
                file.write(position, source.limit(end).position(from));
                source.limit(source.capacity());
            }
        }

        @Override
        public void allocate(long from, long end) throws IOException {
            if (!sparse) {
                file.allocate(from, end);
            }
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public int read(long position, ByteBuffer out) throws IOException {
            return file.read(position, out);
        }

        @Override
        public void force() throws IOException {
            file.force();
        }

        @Override
        public ByteBuffer map(int length) throws IOException {
            return file.map(length);
        }

        @Override
        public boolean truncate(long size) throws IOException {
            return file.truncate(size);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
