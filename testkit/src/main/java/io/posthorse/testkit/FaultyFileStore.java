package io.posthorse.testkit;

import io.posthorse.platform.Entropy;
import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * A directory in memory that fails as real ones do. The fault model:
 *
 * <ul>
 *   <li>A killed process loses nothing that it handed to {@code write}. A write in progress may stop at any byte.
 *   <li>A crash of the machine loses any subset of the 512-byte sectors that were written and not forced since; a lost
 *       sector shows what was last forced there. So writes tear at sector edges, and later ones may survive earlier
 *       ones. A file's new length may be lost with them.
 *   <li>A failed force leaves any part of its bytes on the disk. The system treats the rest as clean: no later force
 *       covers it; only writing it again does. Until then the running system still shows it.
 *   <li>Names that were created, renamed or deleted survive a crash of the machine as a prefix of the order in which
 *       that happened; {@code forceNames} makes all changes durable. Data that was forced under a name that is lost is
 *       lost with it.
 *   <li>A full disk takes the part of a write that fits, and refuses the rest. Space may come back.
 *   <li>Disks rot: bits flip and pages read as zeros, also where everything was forced.
 *   <li>A crash of the machine changes {@link #bootId}, the end of a process does not.
 * </ul>
 *
 * Not modelled: a sector that shows neither its forced nor its last contents but one in between, and blocks that run
 * out though they were allocated.
 */
public final class FaultyFileStore implements FileStore {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Entropy entropy;
    private final int boot;
    private int volume = 1;
    private final TreeMap<String, MemoryFile> files = new TreeMap<>();
    private final TreeMap<String, MemoryFile> durableNames = new TreeMap<>();
    private final List<Consumer<Map<String, MemoryFile>>> nameChanges = new ArrayList<>();
    private long capacity = 1L << 40;
    private boolean failForce;
    private boolean failWrite;
    private boolean readOnly;
    private String failOpening;
    private boolean failCreating;
    private boolean stopped;
    /** A hash of all changes so far, see {@link #trace}. */
    private long trace = 0xcbf29ce484222325L;
    private int operationsLeft = Integer.MAX_VALUE;

    private FaultyFileStore(Entropy entropy, int boot) {
        this.entropy = entropy;
        this.boot = boot;
    }

    /** Creates an empty directory. */
    public FaultyFileStore(Entropy entropy) {
        this(entropy, 1);
    }

    // ---- faults

    /** Makes the next force of a file, or of names, fail. */
    public void failNextForce() {
        failForce = true;
    }

    /** Makes the next write store some of its bytes and fail. */
    public void failNextWrite() {
        failWrite = true;
    }

    /** Makes opening fail for existing files whose names have an ending, as with too many open files; null for none. */
    public void failOpening(String ending) {
        failOpening = ending;
    }

    /** Makes the creation of files fail, as with too many open files, or succeed again. */
    public void failCreating(boolean now) {
        failCreating = now;
    }

    /** Makes the file system read-only or writable: while it is read-only, all changes fail. */
    public void readOnly(boolean now) {
        readOnly = now;
    }

    /** Sets the capacity in bytes, including those in use. */
    public void capacity(long bytes) {
        capacity = bytes;
    }

    /** Ends the process in the middle of a later change to a file, after {@code operations} complete ones. */
    public void stopAfter(int operations) {
        operationsLeft = operations;
    }

    /** Cancels requested failures that have not happened yet. */
    public void heal() {
        failForce = false;
        failWrite = false;
        operationsLeft = Integer.MAX_VALUE;
    }

    /** Damages bytes of a file, forced or not. */
    public void damage(String name, long from, byte[] with) {
        note(name, from, ByteBuffer.wrap(with));
        files.get(name).damage((int) from, with);
    }

    /** Flips one bit of a file. */
    public void flipBit(String name, long bit) {
        byte now = files.get(name).bytes[(int) (bit / 8)];
        damage(name, bit / 8, new byte[] {(byte) (now ^ 1 << (bit & 7))});
    }

    /**
     * Ends the process, which can do nothing here any more, or the whole machine.
     *
     * @return directory as the next run finds it, writable
     */
    public FaultyFileStore crash(boolean machine) {
        return crash(machine, machine ? boot + 1 : boot);
    }

    /** Detaches the volume under a running machine, and attaches it again: data that was not forced may be lost. */
    public FaultyFileStore detach() {
        FaultyFileStore next = crash(true, boot);
        next.volume = volume + 1;
        return next;
    }

    private FaultyFileStore crash(boolean loses, int nextBoot) {
        stopped = true;
        FaultyFileStore next = new FaultyFileStore(entropy, nextBoot);
        next.volume = volume;
        next.capacity = capacity;
        next.trace = trace;
        if (loses) {
            int kept = entropy.below(nameChanges.size() + 1);
            nameChanges.subList(0, kept).forEach(change -> change.accept(durableNames));
            durableNames.forEach((name, file) -> next.files.put(name, file.afterMachineCrash(entropy)));
            next.durableNames.putAll(next.files);
            return next;
        }
        Map<MemoryFile, MemoryFile> copies = new IdentityHashMap<>();
        files.forEach((name, file) -> next.files.put(name, copies.computeIfAbsent(file, MemoryFile::afterKill)));
        durableNames.forEach(
                (name, file) -> next.durableNames.put(name, copies.computeIfAbsent(file, MemoryFile::afterKill)));
        TreeMap<String, MemoryFile> now = new TreeMap<>(next.files);
        if (!nameChanges.isEmpty()) {
            next.nameChanges.add(names -> { // for the next process, all of these changes count as one
                names.clear();
                names.putAll(now);
            });
        }
        return next;
    }

    /** Returns a hash of all bytes written and all other changes so far, in order, by this and earlier processes. */
    public long trace() {
        return trace;
    }

    private void note(String what, long number, ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate());
        trace = ((trace ^ what.hashCode()) * 0x100000001b3L ^ number) * 0x100000001b3L ^ crc.getValue();
    }

    private void note(String what, long number) {
        note(what, number, NOTHING);
    }

    public long usedBytes() {
        return files.values().stream().mapToLong(MemoryFile::usedSectors).sum() * MemoryFile.SECTOR;
    }

    private void change() throws IOException {
        check();
        if (readOnly) {
            throw new IOException("Read-only file system");
        }
        if (--operationsLeft < 0) {
            stopped = true;
            throw new StoppedError();
        }
    }

    private void check() {
        if (stopped) {
            throw new StoppedError();
        }
    }

    private void rename(Consumer<Map<String, MemoryFile>> change) throws IOException {
        change();
        change.accept(files);
        nameChanges.add(change);
    }

    // ---- the port

    @Override
    public List<String> list() {
        check();
        return List.copyOf(files.keySet());
    }

    @Override
    public StoredFile open(String name) throws IOException {
        check();
        if (!files.containsKey(name)) {
            if (failCreating) {
                throw new IOException("simulated: too many open files");
            }
            MemoryFile created = new MemoryFile();
            note(name, 1);
            rename(names -> names.put(name, created));
        }
        return new Handle(name);
    }

    @Override
    public StoredFile openExisting(String name) throws IOException {
        // also of a process that has ended: the simulation may read its files
        if (!files.containsKey(name)) {
            throw new NoSuchFileException(name);
        }
        if (failOpening != null && name.endsWith(failOpening)) {
            throw new IOException("simulated: too many open files");
        }
        return new Handle(name);
    }

    @Override
    public void delete(String name) throws IOException {
        check();
        if (files.containsKey(name)) {
            note(name, 2);
            rename(names -> names.remove(name));
        }
    }

    @Override
    public void rename(String from, String to) throws IOException {
        check();
        MemoryFile file = files.get(from);
        if (file == null) {
            throw new IOException("no file " + from);
        }
        note(from, 3);
        note(to, 4);
        rename(names -> {
            names.remove(from);
            names.put(to, file);
        });
    }

    @Override
    public void forceNames() throws IOException {
        change();
        failIfAsked();
        note("", 5);
        durableNames.clear();
        durableNames.putAll(files);
        nameChanges.clear();
    }

    private void failIfAsked() throws IOException {
        if (failForce) {
            failForce = false;
            throw new IOException("simulated: force failed");
        }
    }

    @Override
    public long usableBytes() {
        return Math.max(0, capacity - usedBytes());
    }

    @Override
    public long totalBytes() {
        return capacity;
    }

    @Override
    public long volumeId() {
        return 1L << 32 | volume;
    }

    @Override
    public String bootId() {
        return "boot " + boot;
    }

    /** Returns how many bytes of a write fit on the disk. */
    private int fitting(MemoryFile file, int position, int length) {
        long free = -1;
        for (int at = position; at < position + length; at = (at / MemoryFile.SECTOR + 1) * MemoryFile.SECTOR) {
            if (!file.hasBlock(at / MemoryFile.SECTOR)) {
                free = free < 0 ? usableBytes() : free;
                free -= MemoryFile.SECTOR;
                if (free < 0) {
                    return at - position;
                }
            }
        }
        return length;
    }

    private final class Handle implements StoredFile {
        private final String name;
        private final MemoryFile file;
        private boolean closed;

        Handle(String name) {
            this.name = name;
            this.file = files.get(name);
        }

        private void open() throws IOException {
            check();
            requireOpen();
        }

        /** Requires an open file, also of a process that has ended: the simulation may read its files. */
        private void requireOpen() throws IOException {
            if (closed) {
                throw new IOException("the file is closed");
            }
        }

        @Override
        public long size() throws IOException {
            requireOpen();
            return file.size();
        }

        @Override
        public void write(long position, ByteBuffer source) throws IOException {
            open();
            if (readOnly) {
                throw new IOException("Read-only file system");
            }
            int wanted = source.remaining();
            int length = fitting(file, (int) position, wanted);
            if (operationsLeft == 0 || failWrite) {
                length = Math.min(length, entropy.below(wanted + 1));
            }
            note(name, position, source.slice(source.position(), length));
            file.write((int) position, source, length);
            change();
            if (failWrite) {
                failWrite = false;
                throw new IOException("simulated: write failed");
            }
            if (length < wanted) {
                throw new IOException("No space left on device");
            }
        }

        @Override
        public int read(long position, ByteBuffer target) throws IOException {
            requireOpen();
            int length = (int) Math.max(0, Math.min(target.remaining(), file.size() - position));
            if (length > 0) {
                target.put(file.bytes, (int) position, length);
            }
            return length;
        }

        @Override
        public void force() throws IOException {
            open();
            change();
            if (failForce) {
                file.failForce(entropy);
            }
            failIfAsked();
            note(name, -1);
            file.force();
        }

        @Override
        public void allocate(long from, long end) throws IOException {
            open();
            change();
            int length = (int) Math.max(0, end - from);
            int fits = fitting(file, (int) from, length);
            note(name, from << 32 | fits);
            file.zero((int) from, (int) from + fits);
            if (fits < length) {
                throw new IOException("No space left on device");
            }
        }

        @Override
        public ByteBuffer map(int length) throws IOException {
            requireOpen();
            return file.map(length);
        }

        @Override
        public boolean truncate(long size) throws IOException {
            open();
            change();
            note(name, -2 - size);
            file.truncate((int) size);
            return true;
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
