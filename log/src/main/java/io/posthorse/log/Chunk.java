package io.posthorse.log;

import java.io.IOException;
import java.util.Arrays;

/**
 * Index entries of consecutive offsets of one partition: the position of each message's record, the length of its native
 * bytes, and its tag. An entry takes 16 bytes: u64 position, u32 length of the native bytes, u32 tag. Positions grow with
 * offsets.
 */
abstract sealed class Chunk permits Chunk.InMemory, Chunk.InFile, RelocatedRecord {
    static final int ENTRY = 16;

    final long base;

    Chunk(long base) {
        this.base = base;
    }

    abstract int count();

    abstract long position(int i);

    abstract int length(int i);

    abstract int tag(int i);

    final long end() {
        return base + count();
    }

    /** Returns the number of entries below a position. */
    final int below(long position) {
        int low = 0;
        int high = count();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (position(middle) < position) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Returns how many entries from the i-th are known to be undamaged once that one was read. */
    int readableFrom(int i) {
        return count() - i;
    }

    /** Entries in memory: the newest ones of a partition, until an index file holds them. */
    static final class InMemory extends Chunk {
        /** The next chunk of the partition. */
        InMemory next;
        /** Whether it no longer grows, and is to be written or was. */
        boolean frozen;
        /** Whether no entry is relocated or gone, so that readers need no check. */
        boolean plain = true;

        private long[] entries = new long[8];
        private int count;

        InMemory(long base) {
            super(base);
        }

        void add(long position, int length, int tag) {
            if (count * 2 == entries.length) {
                entries = Arrays.copyOf(entries, entries.length * 2);
            }
            entries[count * 2] = position;
            entries[count * 2 + 1] = (long) length << 32 | tag & 0xFFFFFFFFL;
            count++;
        }

        boolean holds(long offset) {
            return offset >= base && offset < base + count;
        }

        @Override
        int count() {
            return count;
        }

        @Override
        long position(int i) {
            return entries[i * 2];
        }

        @Override
        int length(int i) {
            return (int) (entries[i * 2 + 1] >>> 32);
        }

        @Override
        int tag(int i) {
            return (int) entries[i * 2 + 1];
        }
    }

    /** Entries in a mapped index file. */
    static final class InFile extends Chunk {
        private final CheckedBytes file;
        private final int at;
        private final int count;

        InFile(long base, int count, CheckedBytes file, int at) {
            super(base);
            this.file = file;
            this.at = at;
            this.count = count;
        }

        @Override
        int count() {
            return count;
        }

        @Override
        long position(int i) {
            return file.getLong(at + i * ENTRY);
        }

        @Override
        int length(int i) {
            return file.getInt(at + i * ENTRY + 8);
        }

        @Override
        int tag(int i) {
            return file.getInt(at + i * ENTRY + 12);
        }

        /** Copies entries in the layout of the file. */
        void copy(int i, int number, BlockWriter out) throws IOException {
            out.put(file, at + i * ENTRY, number * ENTRY);
        }

        /** Reads the entry, and with it checks the block of its last byte. */
        @Override
        int readableFrom(int i) {
            int last = at + i * ENTRY + ENTRY - 8;
            file.getLong(last);
            return Math.min(count - i, Math.max(1, (file.blockEnd(last) - (at + i * ENTRY)) / ENTRY));
        }
    }
}
