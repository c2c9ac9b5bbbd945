package io.posthorse.platform;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Allocates blocks for a range of a file without writing them, and finds out which were written. This version, for Java 21,
 * cannot; the jar holds another one for Java 25 that asks the operating system.
 */
final class BlockAllocation {
    private BlockAllocation() {}

    /**
     * Allocates the blocks; written bytes stay.
     *
     * @return false where that is impossible here, and zeros must be written
     * @throws IOException where there is no space
     */
    static boolean reserve(Path file, long from, long length) throws IOException {
        return false;
    }

    /** Returns the first offset at or behind one that was written, as {@link StoredFile#nextData} does. */
    static long nextData(Path file, long from) {
        return from;
    }
}
