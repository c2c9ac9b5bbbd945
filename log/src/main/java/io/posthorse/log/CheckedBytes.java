package io.posthorse.log;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The body of a mapped file, checked block by block at the first read: a use costs only what it reads, however long the
 * file is. The checksums of the blocks are in front of the body.
 */
final class CheckedBytes {
    static final int BLOCK = 1 << 16;
    /** Bytes before a block that {@link Content} may examine. */
    private static final int LOOK_BACK = 16;

    private final ByteBuffer bytes;
    private final int sums;
    private final int body;
    private final Content content;
    private final Object file;
    /** By block. Readers of any thread write it: a repeated check does no harm. */
    private final boolean[] checked;

    /** A check of what a checksum does not cover. */
    interface Content {
        /** Returns whether a block of the body holds only possible values. */
        boolean isSound(ByteBuffer bytes, int from, int to);
    }

    /**
     * @param sums index of the checksums, one for each block
     * @param body begin of the body
     * @param file file that a {@link DamagedFile} names
     */
    CheckedBytes(ByteBuffer bytes, int sums, int body, Content content, Object file) {
        this.bytes = bytes;
        this.sums = sums;
        this.body = body;
        this.content = content;
        this.file = file;
        this.checked = new boolean[blocks(bytes.capacity() - body)];
    }

    /** Returns the number of blocks of a body with the given length in bytes. */
    static int blocks(long length) {
        return (int) ((length + BLOCK - 1) / BLOCK);
    }

    /** Writes the checksums of a body that is in place. */
    static void sum(ByteBuffer bytes, int sums, int body) {
        int blocks = blocks(bytes.capacity() - body);
        for (int block = 0; block < blocks; block++) {
            int from = body + block * BLOCK;
            bytes.putInt(sums + block * 4, crc(bytes, from, Math.min(bytes.capacity(), from + BLOCK)));
        }
    }

    long getLong(int at) {
        check(at);
        return bytes.getLong(at);
    }

    int getInt(int at) {
        check(at);
        return bytes.getInt(at);
    }

    /** Copies bytes from an index to the position of a buffer. */
    void copy(int at, int length, ByteBuffer out) {
        for (int from = at; from < at + length; from = blockEnd(from)) {
            check(from);
        }
        out.put(out.position(), bytes, at, length).position(out.position() + length);
    }

    /** Returns the end of the block that holds an index. */
    int blockEnd(int at) {
        return (int) Math.min(bytes.capacity(), body + ((long) (at - body) / BLOCK + 1) * BLOCK);
    }

    int capacity() {
        return bytes.capacity();
    }

    DamagedFile damaged() {
        return new DamagedFile(file);
    }

    /** Forgets the checks: each block is checked again at its next read, since disks rot under a file that is mapped. */
    void forgetChecks() {
        Arrays.fill(checked, false);
    }

    private void check(int at) {
        int block = (at - body) >> 16;
        if (!checked[block]) {
            int from = body + block * BLOCK;
            int to = blockEnd(from);
            if (!MappedPages.readable(bytes, Math.max(0, from - LOOK_BACK), to)
                    || sums > 0 && crc(bytes, from, to) != bytes.getInt(sums + block * 4)
                    || !content.isSound(bytes, from, to)) {
                throw damaged();
            }
            checked[block] = true;
        }
    }

    static int crc(ByteBuffer buffer, int from, int to) {
        CRC32C crc = new CRC32C();
        if (to > from) {
            MappedPages.resident(buffer, from, to);
        }
        crc.update(buffer.duplicate().limit(to).position(from));
        return (int) crc.getValue();
    }
}
