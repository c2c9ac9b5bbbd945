package io.posthorse.replication.ratis;

import io.posthorse.platform.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * What is in a file of the engine's log:
 *
 * <pre>
 *   0  8 bytes    "RaftLog1"
 *   8  ...        entries: a length as a varint, so many bytes, of which the first is a tag, CRC32C of both in 4 bytes
 *   .  ...        zeros
 * </pre>
 *
 * @param intact where the last whole entry ends; 0 where the head is none
 * @param written where zeros begin that reach to the end
 * @param isCutShort whether the bytes between the two can be the begin of one write, of which the rest never happened
 * @param entries number of whole entries
 */
record SegmentScan(long intact, long written, boolean isCutShort, long entries) {
    static final byte[] HEAD = "RaftLog1".getBytes(StandardCharsets.US_ASCII);
    /** A write that ends early ends with a block. */
    private static final int BLOCK = 512;
    private static final int CHECKSUM = 4;
    /** The protocol's tag of an entry's term, with which each begins. */
    private static final byte TERM_TAG = 8;
    private static final int CHUNK = 64 << 10;
    private static final long SEARCH_BYTES_MAX = 8L << 30;

    /** Returns whether there is nothing but whole entries. */
    boolean isWhole() {
        return intact >= written;
    }

    static SegmentScan of(StoredFile file, int entryMax) throws IOException {
        long written = written(file);
        ByteBuffer head = bytes(file, 0, HEAD.length);
        if (head.limit() < HEAD.length || !head.equals(ByteBuffer.wrap(HEAD))) {
            return new SegmentScan(0, written, false, 0);
        }
        long at = HEAD.length;
        long entries = 0;
        while (at < written) {
            long end = endOfEntry(file, at, entryMax);
            if (end < 0 || end > file.size() || !isIntact(file, at, end)) {
                return new SegmentScan(at, written, isCutShort(file, at, written, end, entryMax), entries);
            }
            at = end;
            entries++;
        }
        return new SegmentScan(at, written, false, entries);
    }

    /** Returns where an entry ends that begins somewhere; -1 where none does. */
    private static long endOfEntry(StoredFile file, long at, int entryMax) throws IOException {
        return endOfEntry(bytes(file, at, 5), 0, at, entryMax);
    }

    private static long endOfEntry(ByteBuffer bytes, int from, long at, int entryMax) {
        long length = 0;
        for (int i = 0; i < 5 && from + i < bytes.limit(); i++) {
            byte part = bytes.get(from + i);
            length |= (long) (part & 0x7F) << (7 * i);
            if (part >= 0) {
                return length == 0 || length > entryMax ? -1 : at + i + 1 + length + CHECKSUM;
            }
        }
        return -1;
    }

    private static boolean isIntact(StoredFile file, long at, long end) throws IOException {
        CRC32C crc = new CRC32C();
        long to = end - CHECKSUM;
        for (long from = at; from < to; from += CHUNK) {
            crc.update(bytes(file, from, (int) Math.min(CHUNK, to - from)));
        }
        ByteBuffer checksum = bytes(file, to, CHECKSUM);
        return checksum.limit() == CHECKSUM && checksum.getInt(0) == (int) crc.getValue();
    }

    /** @param end where the damaged entry should end; -1 where its length is damaged, or cut itself */
    private static boolean isCutShort(StoredFile file, long at, long written, long end, int entryMax) throws IOException {
        long block = (written + BLOCK - 1) / BLOCK * BLOCK;
        boolean isLengthCut = end < 0 && block - at < 5;
        boolean endsWithBlock = isLengthCut || end > block;
        return endsWithBlock && !hasEntry(file, at + 1, written, entryMax);
    }

    /** Returns whether there is a whole entry behind a damaged one: then it was not the last that was written. */
    private static boolean hasEntry(StoredFile file, long from, long to, int entryMax) throws IOException {
        if (to - from > 2L * entryMax) {
            return true;
        }
        ByteBuffer bytes = bytes(file, from, (int) (to - from));
        long searched = 0;
        for (int i = 0; i < bytes.limit() && searched < SEARCH_BYTES_MAX; i++) {
            int end = (int) endOfEntry(bytes, i, i, entryMax);
            int tag = bytes.get(i) >= 0 ? i + 1 : i + lengthBytes(bytes, i);
            if (end > 0 && end <= bytes.limit() && bytes.get(tag) == TERM_TAG) {
                CRC32C crc = new CRC32C();
                crc.update(bytes.slice(i, end - CHECKSUM - i));
                if (bytes.getInt(end - CHECKSUM) == (int) crc.getValue()) {
                    return true;
                }
                searched += end - i;
            }
        }
        return searched >= SEARCH_BYTES_MAX;
    }

    private static int lengthBytes(ByteBuffer bytes, int from) {
        int i = 0;
        while (from + i < bytes.limit() - 1 && bytes.get(from + i) < 0) {
            i++;
        }
        return i + 1;
    }

    private static long written(StoredFile file) throws IOException {
        for (long end = file.size(); end > 0; end -= CHUNK) {
            long from = Math.max(0, end - CHUNK);
            ByteBuffer chunk = bytes(file, from, (int) (end - from));
            for (int i = chunk.limit() - 1; i >= 0; i--) {
                if (chunk.get(i) != 0) {
                    return from + i + 1;
                }
            }
        }
        return 0;
    }

    private static ByteBuffer bytes(StoredFile file, long at, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        file.read(at, bytes);
        return bytes.flip();
    }
}
