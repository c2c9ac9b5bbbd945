package io.posthorse.platform;

import java.io.IOException;
import java.nio.ByteBuffer;

/** An open file, read and written by position. */
public interface StoredFile extends AutoCloseable {
    long size() throws IOException;

    /** Writes all remaining bytes of {@code source} at {@code position}, or throws. */
    void write(long position, ByteBuffer source) throws IOException;

    /** Reads up to {@code target.remaining()} bytes at {@code position}; fewer only at the end of the file. */
    int read(long position, ByteBuffer target) throws IOException;

    /**
     * The first offset at or behind one at which there may be anything but zeros; the offset itself where that is not known,
     * {@link Long#MAX_VALUE} where nothing but zeros follows.
     */
    default long nextData(long from) throws IOException {
        return from;
    }

    /** Returns once all that was written is on stable storage. */
    void force() throws IOException;

    /**
     * Gives the bytes from {@code from} to {@code end}, none of which was written before, real blocks that read as
     * zeros, so that a later write there cannot fail for want of space.
     */
    void allocate(long from, long end) throws IOException;

    /**
     * A read-only view of the first {@code length} bytes, which shows later writes to them. A shorter file grows to
     * that length, without blocks.
     */
    ByteBuffer map(int length) throws IOException;

    /**
     * Shortens the file.
     *
     * @return false, with nothing changed, where the operating system shortens no file that is mapped, as Windows does not
     */
    boolean truncate(long size) throws IOException;

    @Override
    void close() throws IOException;
}
