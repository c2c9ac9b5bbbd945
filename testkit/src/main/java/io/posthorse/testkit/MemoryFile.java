package io.posthorse.testkit;

import io.posthorse.platform.Entropy;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;

/**
 * The contents of a simulated file, twice: as the running system shows them, and as they are on the disk. The difference is
 * recorded by sector: dirty ones wait for a force, doubtful ones were in a force that failed.
 */
final class MemoryFile {
    static final int SECTOR = 512;

    byte[] bytes = new byte[0];
    private byte[] disk = new byte[0];
    private int size;
    private int diskSize;
    private boolean mapped;
    private final BitSet dirty = new BitSet();
    private final BitSet doubtful = new BitSet();
    /** Sectors with allocated blocks. */
    private final BitSet blocks = new BitSet();

    int size() {
        return size;
    }

    int usedSectors() {
        return blocks.cardinality();
    }

    boolean hasBlock(int sector) {
        return blocks.get(sector);
    }

    /** Writes bytes for which there is space. */
    void write(int position, ByteBuffer source, int length) {
        grow(position + length);
        source.get(bytes, position, length);
        touch(position, length);
    }

    void zero(int from, int to) {
        grow(to);
        Arrays.fill(bytes, from, to, (byte) 0);
        touch(from, to - from);
    }

    private void touch(int position, int length) {
        if (length > 0) {
            int first = position / SECTOR;
            int end = (position + length - 1) / SECTOR + 1;
            dirty.set(first, end);
            doubtful.clear(first, end);
            blocks.set(first, end);
        }
    }

    /** Extends the file to at least a length, without blocks. */
    void grow(int length) {
        if (length > bytes.length) {
            if (mapped) {
                throw new AssertionError("a mapped file grew beyond its mapping; this simulation can't show that");
            }
            int room = Math.max(length, Math.min(bytes.length * 2, bytes.length + (1 << 16)));
            bytes = Arrays.copyOf(bytes, room);
        }
        size = Math.max(size, length);
    }

    ByteBuffer map(int length) {
        if (length > bytes.length) {
            grow(length);
        }
        size = Math.max(size, length);
        mapped = true;
        return ByteBuffer.wrap(bytes, 0, length).slice().asReadOnlyBuffer();
    }

    void truncate(int length) {
        if (length < size) {
            Arrays.fill(bytes, length, size, (byte) 0);
            int first = length / SECTOR;
            int end = (size + SECTOR - 1) / SECTOR;
            dirty.set(first, end);
            doubtful.clear(first, end);
            blocks.clear((length + SECTOR - 1) / SECTOR, end);
            size = length;
        }
    }

    void force() {
        dirty.stream().forEach(this::toDisk);
        dirty.clear();
        diskSize = size;
    }

    /** Fails a force: any part of it reaches the disk, and the system forgets that the rest did not. */
    void failForce(Entropy entropy) {
        dirty.stream().forEach(sector -> {
            if (entropy.below(2) == 0) {
                toDisk(sector);
            } else {
                doubtful.set(sector);
            }
        });
        dirty.clear();
    }

    private void toDisk(int sector) {
        int from = sector * SECTOR;
        int to = Math.min(from + SECTOR, bytes.length);
        if (to <= from) {
            return;
        }
        if (disk.length < to) {
            disk = Arrays.copyOf(disk, Math.max(to, bytes.length));
        }
        System.arraycopy(bytes, from, disk, from, to - from);
    }

    /** Damages the bytes that are shown and those on the disk. */
    void damage(int from, byte[] with) {
        int length = Math.min(with.length, size - from);
        System.arraycopy(with, 0, bytes, from, length);
        if (from < disk.length) {
            System.arraycopy(with, 0, disk, from, Math.min(length, disk.length - from));
        }
    }

    /** Returns the file as a new process on the running system finds it. */
    MemoryFile afterKill() {
        MemoryFile next = new MemoryFile();
        next.bytes = Arrays.copyOf(bytes, size);
        next.size = size;
        next.disk = disk.clone();
        next.diskSize = diskSize;
        next.dirty.or(dirty);
        next.doubtful.or(doubtful);
        next.blocks.or(blocks);
        return next;
    }

    /** Returns the file as it is after a restart of the machine. */
    MemoryFile afterMachineCrash(Entropy entropy) {
        BitSet uncertain = (BitSet) dirty.clone();
        uncertain.or(doubtful);
        int mood = entropy.below(4); // nothing lost, everything lost, or any part
        uncertain.stream().forEach(sector -> {
            if (mood == 0 || mood > 1 && entropy.below(2) == 0) {
                toDisk(sector);
            }
        });
        int found = size == diskSize || mood == 1 || mood > 1 && entropy.below(2) == 0 ? diskSize : size;
        MemoryFile next = new MemoryFile();
        next.bytes = Arrays.copyOf(Arrays.copyOf(disk, Math.min(disk.length, found)), found);
        next.size = found;
        next.disk = next.bytes.clone();
        next.diskSize = found;
        next.blocks.or(blocks);
        next.blocks.clear((found + SECTOR - 1) / SECTOR, Math.max(next.blocks.length(), found / SECTOR + 1));
        return next;
    }
}
