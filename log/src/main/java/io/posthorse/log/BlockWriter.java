package io.posthorse.log;

import io.posthorse.platform.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** A writer of a file's body from front to back that computes the checksum of each block. */
final class BlockWriter {
    private final StoredFile file;
    private final int body;
    private final ByteBuffer block = ByteBuffer.allocate(CheckedBytes.BLOCK);
    private int[] sums = new int[16];
    private int blocks;
    private long written;

    /** @param body begin of the body in the file */
    BlockWriter(StoredFile file, int body) {
        this.file = file;
        this.body = body;
    }

    BlockWriter putInt(int value) throws IOException {
        if (block.remaining() < Integer.BYTES) {
            flush();
        }
        block.putInt(value);
        return this;
    }

    /** Writes a long, which never spans two blocks: each value in a body is aligned to its size. */
    BlockWriter putLong(long value) throws IOException {
        if (block.remaining() < Long.BYTES) {
            flush();
        }
        block.putLong(value);
        return this;
    }

    /** Copies bytes of another body, longs as a whole. */
    void put(CheckedBytes from, int at, int length) throws IOException {
        for (int done = 0; done < length;) {
            if (!block.hasRemaining()) {
                flush();
            }
            int next = Math.min(length - done, block.remaining());
            from.copy(at + done, next, block);
            done += next;
        }
    }

    /** Returns the bytes of body written so far. */
    long bytes() {
        return written + block.position();
    }

    /** Ends the body. */
    void end() throws IOException {
        if (block.position() > 0) {
            flush();
        }
    }

    /** Writes the checksums of all blocks. */
    void sums(ByteBuffer out, int at) {
        for (int i = 0; i < blocks; i++) {
            out.putInt(at + i * 4, sums[i]);
        }
    }

    private void flush() throws IOException {
        block.flip();
        if (blocks == sums.length) {
            sums = Arrays.copyOf(sums, blocks * 2);
        }
        sums[blocks++] = CheckedBytes.crc(block, 0, block.limit());
        int length = block.limit();
        file.write(body + written, block);
        written += length;
        block.clear();
    }
}
