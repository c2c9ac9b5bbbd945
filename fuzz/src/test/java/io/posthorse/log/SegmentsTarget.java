package io.posthorse.log;

import io.posthorse.fuzz.reading.Require;
import io.posthorse.fuzz.reading.Sums;
import io.posthorse.fuzz.reading.Target;
import io.posthorse.platform.StoredFile;
import io.posthorse.testkit.FaultyFileStore;
import io.posthorse.testkit.SeededEntropy;
import io.posthorse.testkit.SimulatedBackground;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Directories with arbitrary files, opened by a broker. Input, repeated: u8 kind, u16 length, bytes of a file. The lower two
 * bits of the kind are the file; bit 2 means that its checksums are not corrected.
 */
public final class SegmentsTarget implements Target {
    private static final LogSettings LOG = new LogSettings(1 << 16, 1 << 14, 1 << 10, false);
    private static final int KEEPS_SUMS = 4;

    @Override
    public void read(byte[] input) throws IOException {
        FaultyFileStore files = directory(ByteBuffer.wrap(input));
        SimulatedBackground background = new SimulatedBackground();
        AnyState state = new AnyState();
        Store store;
        try {
            store = Store.open(files, LOG, background, state.index, state);
        } catch (LogCorruptException | NewerFormatException e) {
            return;
        }
        store.start();
        state.createPartitions();
        background.drain();
        List<String> found = state.messages(store.log());
        Require.that(store.log().committed() <= store.log().tail(), "committed behind the tail");
        for (int turn = 0; turn < 8; turn++) {
            store.resume();
            background.drain();
        }
        store.close();
        background.drain();
        again(files.crash(false), found);
    }

    /** After an orderly close, opening again gives the same content, whatever it was before. */
    private static void again(FaultyFileStore files, List<String> found) throws IOException {
        SimulatedBackground background = new SimulatedBackground();
        AnyState state = new AnyState();
        Store store = Store.open(files, LOG, background, state.index, state);
        store.start();
        background.drain();
        Require.that(store.damages().isEmpty(), "damage after a clean end: " + store.damages());
        List<String> now = state.messages(store.log());
        Require.that(now.equals(found), "messages " + found + " are now " + now);
    }

    private static FaultyFileStore directory(ByteBuffer in) throws IOException {
        FaultyFileStore files = new FaultyFileStore(new SeededEntropy(1));
        while (in.remaining() >= 3) {
            int kind = in.get();
            ByteBuffer piece = ByteBuffer.allocate(Math.min(in.getShort() & 0x7FFF, in.remaining()));
            in.get(piece.array());
            boolean right = (kind & KEEPS_SUMS) == 0;
            switch (kind & 3) {
                case 0, 1 -> segment(files, (kind & 1) << 16, piece, right);
                case 2 -> mark(files, piece, right);
                default -> index(files, piece, right);
            }
        }
        return files;
    }

    private static void put(FaultyFileStore files, String name, ByteBuffer bytes) throws IOException {
        try (StoredFile file = files.open(name)) {
            file.truncate(0);
            file.write(0, bytes.duplicate());
        }
    }

    private static void segment(FaultyFileStore files, long base, ByteBuffer file, boolean right) throws IOException {
        if (file.capacity() >= Segment.HEADER && file.getInt(12) > LOG.segmentBytes()) {
            file.putInt(12, LOG.segmentBytes()); // a larger one would only take more memory of the simulation
        }
        if (right && file.capacity() >= Segment.HEADER) {
            file.putLong(16, base);
            Sums.put(file, 32, 0, 32);
            for (int at = Segment.HEADER; file.capacity() - at >= RecordFormat.PAYLOAD; ) {
                int length = file.getInt(at);
                if (length < RecordFormat.PAYLOAD || length > file.capacity() - at) {
                    break;
                }
                file.putLong(at + RecordFormat.POSITION, base + at);
                Sums.put(file, at + RecordFormat.CRC, at + RecordFormat.POSITION, at + length);
                at += RecordFormat.occupied(length);
            }
        }
        put(files, Segment.name(base), file);
    }

    private static void mark(FaultyFileStore files, ByteBuffer file, boolean right) throws IOException {
        for (int at = 0; right && file.capacity() - at >= 64; at += 64) {
            ByteBuffer slot = file.slice(at, 64);
            Sums.put(slot, 44, 0, 44);
            Sums.put(slot, 56, 48, 56);
        }
        put(files, "durable", file);
    }

    /** Names an index file after its stretch; without a checkpoint it would not be read. */
    private static void index(FaultyFileStore files, ByteBuffer file, boolean right) throws IOException {
        if (file.capacity() >= IndexFile.HEADER) {
            if (right) {
                Sums.put(file, 44, 0, 44);
            }
            put(files, IndexFile.name(0, file.getInt(24) & 0xFFFF, (file.get(23) & 1) == 0), file);
        }
    }

    /** The simplest state: three partitions, and plausible messages. */
    private static final class AnyState implements Store.State {
        static final int PARTITIONS = 3;
        static final long GAP_MAX = 1L << 40;
        final Index index = new Index();

        void createPartitions() {
            for (int i = 0; i < PARTITIONS && index.partition(i) == null; i++) {
                index.create(i, 0, 0);
            }
        }

        @Override
        public void restore(ByteBuffer state) {
            for (int i = 0; i < PARTITIONS; i++) {
                index.create(i, state.getLong(), state.getLong());
            }
        }

        @Override
        public void restore(Section section) {
            ByteBuffer value = section.value();
            index.create(section.key[0], value.getLong(), value.getLong());
        }

        @Override
        public void restored() {}

        @Override
        public void beginFreeze(SectionBuffer out) {
            for (int i = 0; i < PARTITIONS; i++) {
                out.add((byte) 1, new byte[] {(byte) i}, 16)
                        .putLong(index.partition(i).begin()).putLong(index.partition(i).next());
            }
        }

        @Override
        public void changeAll() {}

        @Override
        public boolean freeze() {
            return false;
        }

        @Override
        public ByteBuffer combine(byte kind, ByteBuffer older, ByteBuffer newer) {
            return newer;
        }

        @Override
        public void keys(ByteBuffer bytes, int at, int length, java.util.function.IntConsumer sink) {
            sink.accept(bytes.getInt(at + RecordFormat.EPOCH));
        }

        @Override
        public void record(ByteBuffer bytes, int at, long position, int length) {
            createPartitions();
            if (bytes.get(at + RecordFormat.TYPE) != RecordFormat.TYPE_MESSAGE || length < RecordFormat.NATIVE) {
                return;
            }
            PartitionIndex partition = index.partition(bytes.getInt(at + RecordFormat.PARTITION));
            long offset = bytes.getLong(at + RecordFormat.OFFSET);
            if (partition == null || offset < 0 || offset - partition.next() > GAP_MAX) {
                return;
            }
            int tag = bytes.getInt(at + RecordFormat.TAG);
            if (offset >= partition.next()) {
                index.append(partition, offset, position, length - RecordFormat.NATIVE, tag);
            } else if (bytes.get(at + RecordFormat.LINK) == RecordFormat.LINK_CARRIED) {
                index.relocate(partition, offset, position, length - RecordFormat.NATIVE, tag);
            }
        }

        /** Returns the readable messages, as partition, offset and position. */
        List<String> messages(Log log) {
            List<String> found = new ArrayList<>();
            for (int i = 0; i < PARTITIONS && index.partition(i) != null; i++) {
                PartitionIndex of = index.partition(i);
                for (long at = of.ceiling(of.begin()); at < of.next(); at = of.ceiling(at + 1)) {
                    if (log.readable(of.position(at))) {
                        found.add(i + ":" + at + ":" + of.position(at));
                    }
                }
            }
            return found;
        }
    }
}
