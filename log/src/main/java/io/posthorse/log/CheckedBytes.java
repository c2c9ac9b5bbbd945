package io.posthorse.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The body of a mapped file, checked block by block when it is first read from: so a use costs what it reads, however
 * long the file is. The checksums of the blocks stand in front of the body.
 */
final class CheckedBytes {
    static final int BLOCK = 1 << 16;
    /** How far before a block {@link Content} may look. */
    private static final int LOOK_BACK = 16;

    private final ByteBuffer bytes;
    private final int sums;
    private final int body;
    private final Content content;
    private final Object file;
    /** By block. Written by whoever reads: a check that is done twice does no harm. */
    private final boolean[] checked;

    /** Looks at what a checksum can't see. */
    interface Content {
        /** Whether that part of the body, a block, says nothing impossible. */
        boolean isSound(ByteBuffer bytes, int from, int to);
    }

    /**
     * @param sums where the checksums stand, one for each block
     * @param body where the body begins
     * @param file what a {@link DamagedFile} is to name
     */
    CheckedBytes(ByteBuffer bytes, int sums, int body, Content content, Object file) {
        this.bytes = bytes;
        this.sums = sums;
        this.body = body;
        this.content = content;
        this.file = file;
        this.checked = new boolean[blocks(bytes.capacity() - body)];
    }

    /** How many blocks a body of that length has. */
    static int blocks(long length) {
        return (int) ((length + BLOCK - 1) / BLOCK);
    }

    /** Puts the checksums of a body that is in place. */
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

    /** Copies bytes from a place on to a buffer's position. */
    void copy(int at, int length, ByteBuffer out) {
        for (int from = at; from < at + length; from = blockEnd(from)) {
            check(from);
        }
        out.put(out.position(), bytes, at, length).position(out.position() + length);
    }

    /** Where the block that holds a place ends. */
    int blockEnd(int at) {
        return (int) Math.min(bytes.capacity(), body + ((long) (at - body) / BLOCK + 1) * BLOCK);
    }

    int capacity() {
        return bytes.capacity();
    }

    DamagedFile damaged() {
        return new DamagedFile(file);
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
