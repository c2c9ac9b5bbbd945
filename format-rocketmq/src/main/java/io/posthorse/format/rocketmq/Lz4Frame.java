package io.posthorse.format.rocketmq;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Decompresses LZ4 frames: <code>{ i32 magic, flags, block size, [i64 size], [i32 dictionary], header checksum, { i32
 * length, block, [i32 checksum] } repeated, i32 0, [i32 checksum] }</code> repeated, all little-endian. The checksums are
 * not verified, since a message has its own.
 */
final class Lz4Frame {
    static final int MAGIC = 0x184D2204;
    private static final int SKIPPABLE = 0x184D2A5;
    private static final int HAS_BLOCK_CHECKSUM = 1 << 4;
    private static final int HAS_SIZE = 1 << 3;
    private static final int HAS_CHECKSUM = 1 << 2;
    private static final int HAS_DICTIONARY = 1;
    private static final int IS_PLAIN = 1 << 31;
    private static final int MATCH_MIN = 4;
    private static final int LENGTH_GOES_ON = 15;

    private final ByteBuffer in;
    private final int max;
    private byte[] out;
    private int length;

    private Lz4Frame(byte[] packed, int max) {
        this.in = ByteBuffer.wrap(packed).order(ByteOrder.LITTLE_ENDIAN);
        this.max = max;
        this.out = new byte[Math.min(max, Math.max(64, packed.length * 2))];
    }

    /**
     * Returns the content of the frames.
     *
     * @throws IOException where they are damaged, or their content is longer than {@code max} bytes
     */
    static byte[] unpack(byte[] packed, int max) throws IOException {
        Lz4Frame frames = new Lz4Frame(packed, max);
        try {
            while (frames.in.hasRemaining()) {
                frames.frame();
            }
        } catch (java.nio.BufferUnderflowException | IllegalArgumentException e) {
            throw new IOException("an LZ4 frame is truncated", e);
        }
        return Arrays.copyOf(frames.out, frames.length);
    }

    private void frame() throws IOException {
        int magic = in.getInt();
        if (magic >>> 4 == SKIPPABLE) {
            skip(in.getInt());
            return;
        }
        int flags = in.get();
        if (magic != MAGIC || (flags & 0xC0) != 0x40 || (flags & HAS_DICTIONARY) != 0) {
            throw new IOException("not an LZ4 frame, or one of an unsupported kind");
        }
        skip(1 + ((flags & HAS_SIZE) == 0 ? 0 : Long.BYTES) + 1);
        for (int size = in.getInt(); size != 0; size = in.getInt()) {
            int bytes = size & ~IS_PLAIN;
            if (bytes > in.remaining()) {
                throw new IOException("an LZ4 block claims " + bytes + " bytes, but only " + in.remaining() + " are left");
            }
            int end = in.position() + bytes;
            if ((size & IS_PLAIN) != 0) {
                copy(bytes);
            } else {
                block(end);
            }
            skip((flags & HAS_BLOCK_CHECKSUM) == 0 ? 0 : Integer.BYTES);
        }
        skip((flags & HAS_CHECKSUM) == 0 ? 0 : Integer.BYTES);
    }

    private void skip(int bytes) {
        in.position(Math.addExact(in.position(), bytes));
    }

    /** Decompresses a block: pairs of literal bytes and a repetition of earlier output. The last pair has no repetition. */
    private void block(int end) throws IOException {
        while (in.position() < end) {
            int token = in.get() & 0xFF;
            copy(length(token >>> 4, end));
            if (in.position() >= end) {
                break;
            }
            int back = in.getShort() & 0xFFFF;
            repeat(back, length(token & 0xF, end) + MATCH_MIN);
        }
        if (in.position() != end) {
            throw new IOException("an LZ4 block does not have the length that it claims");
        }
    }

    private int length(int begin, int end) throws IOException {
        int sum = begin;
        if (begin == LENGTH_GOES_ON) {
            int more;
            do {
                more = in.get() & 0xFF;
                sum += more;
            } while (more == 0xFF && in.position() < end);
        }
        return sum;
    }

    private void copy(int bytes) throws IOException {
        reserve(bytes);
        in.get(out, length, bytes);
        length += bytes;
    }

    private void repeat(int back, int bytes) throws IOException {
        if (back == 0 || back > length) {
            throw new IOException("an LZ4 block refers to output before its begin");
        }
        reserve(bytes);
        for (int i = 0; i < bytes; i++) {
            out[length] = out[length - back];
            length++;
        }
    }

    private void reserve(int bytes) throws IOException {
        if (bytes > max - length) {
            throw new IOException("an LZ4 frame contains more than " + max + " bytes");
        }
        if (out.length - length < bytes) {
            out = Arrays.copyOf(out, (int) Math.min(max, Math.max((long) length + bytes, out.length * 2L)));
        }
    }
}
