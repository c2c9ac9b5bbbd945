package io.posthorse.platform;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Reserves real blocks for a range of a file without writing them, and finds out which were written. This version, for
 * Java 21, cannot; the jar holds another one for Java 25 that asks the operating system.
 */
final class BlockAllocation {
    private BlockAllocation() {}

    /**
     * Reserves the blocks; what is written there already stays.
     *
     * @return false where that is not possible here, and zeros must be written
     * @throws IOException where there is no space
     */
    static boolean reserve(Path file, long from, long length) throws IOException {
        return false;
    }

    /** The first offset at or behind one at which something was written, as {@link StoredFile#nextData} has it. */
    static long nextData(Path file, long from) {
        return from;
    }
}
