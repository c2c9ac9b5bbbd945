package io.posthorse.platform;

import java.io.IOException;
import java.nio.ByteBuffer;

/** An open file, read and written by position. */
public interface StoredFile extends AutoCloseable {
    long size() throws IOException;

    /** Writes all remaining bytes of {@code source} at {@code position}, or throws. */
    void write(long position, ByteBuffer source) throws IOException;

    /**
     * Reads up to {@code target.remaining()} bytes at {@code position}; fewer only at the end of the file. Returns their
     * number.
     */
    int read(long position, ByteBuffer target) throws IOException;

    /**
     * Returns the first offset at or behind one that may hold anything but zeros; the offset itself where that is unknown,
     * {@link Long#MAX_VALUE} where only zeros follow.
     */
    default long nextData(long from) throws IOException {
        return from;
    }

    /** Returns once all written bytes are on stable storage. */
    void force() throws IOException;

    /**
     * Allocates blocks that read as zeros for the bytes from {@code from} to {@code end}, which were never written, so that
     * a later write there cannot fail for lack of space.
     */
    void allocate(long from, long end) throws IOException;

    /**
     * Returns a read-only view of the first {@code length} bytes, which shows later writes to them. A shorter file grows to
     * that length, without blocks.
     */
    ByteBuffer map(int length) throws IOException;

    /**
     * Shortens the file.
     *
     * @return false, with nothing changed, where the operating system cannot shorten a mapped file, as on Windows
     */
    boolean truncate(long size) throws IOException;

    @Override
    void close() throws IOException;
}
