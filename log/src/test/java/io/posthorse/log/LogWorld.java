package io.posthorse.log;

import io.posthorse.testkit.FaultyFileStore;
import io.posthorse.testkit.SeededEntropy;
import io.posthorse.testkit.SimulatedBackground;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * A log under test: small segments on simulated files, and above it the simplest state there can be, a fixed number of
 * partitions and the texts that were appended to them.
 */
final class LogWorld implements Store.State {
    static final int PARTITIONS = 3;
    static final LogSettings ASYNC = new LogSettings(1 << 16, 1 << 14, 1 << 10, false);
    static final LogSettings SYNC = new LogSettings(1 << 16, 1 << 14, 1 << 10, true);

    final FaultyFileStore files;
    final SimulatedBackground background = new SimulatedBackground();
    final Index index = new Index();
    /** Texts that opening replayed, as {@code partition:offset:text}. */
    final List<String> replayed = new ArrayList<>();
    /** Whether messages have a tag, which says what they are. */
    boolean tagged;
    /** What checkpoints have been told of each partition. */
    private final ByteBuffer[] told = new ByteBuffer[PARTITIONS];
    /** Time that the next records carry. */
    long timeMs = 1_000;

    Store store;

    private LogWorld(FaultyFileStore files) {
        this.files = files;
    }

    static LogWorld empty(LogSettings settings) throws IOException {
        return open(new FaultyFileStore(new SeededEntropy(1)), settings);
    }

    static LogWorld open(FaultyFileStore files, LogSettings settings) throws IOException {
        LogWorld world = new LogWorld(files);
        world.store = Store.open(files, settings, world.background, world.index, world);
        if (world.index.partition(0) == null) {
            world.createPartitions();
        }
        world.store.start();
        return world;
    }

    /** Opens what a killed process leaves. */
    LogWorld killed() throws IOException {
        return open(files.crash(false), ASYNC);
    }

    Log log() {
        return store.log();
    }

    private void createPartitions() {
        for (int i = 0; i < PARTITIONS; i++) {
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
    public void restored() {
        for (int i = 0; i < PARTITIONS; i++) {
            told[i] = bytes(i);
        }
    }

    /** Only the partitions that have changed. */
    @Override
    public void beginFreeze(SectionBuffer out) {
        for (int i = 0; i < PARTITIONS; i++) {
            if (!bytes(i).equals(told[i])) {
                told[i] = bytes(i);
                out.add((byte) 1, new byte[] {(byte) i}, 16).put(told[i].duplicate());
            }
        }
    }

    @Override
    public void changeAll() {
        Arrays.fill(told, null);
    }

    @Override
    public boolean freeze() {
        return false;
    }

    @Override
    public ByteBuffer combine(byte kind, ByteBuffer older, ByteBuffer newer) {
        return newer;
    }

    /** All of the state, as checkpoints of earlier releases have it. */
    ByteBuffer whole() {
        ByteBuffer out = ByteBuffer.allocate(PARTITIONS * 16);
        for (int i = 0; i < PARTITIONS; i++) {
            out.put(bytes(i));
        }
        return out.flip();
    }

    private ByteBuffer bytes(int partition) {
        PartitionIndex of = index.partition(partition);
        return ByteBuffer.allocate(16).putLong(0, of.begin()).putLong(8, of.next());
    }

    @Override
    public void record(ByteBuffer bytes, int at, long position, int length) {
        if (index.partition(0) == null) {
            createPartitions();
        }
        if (bytes.get(at + RecordFormat.TYPE) != RecordFormat.TYPE_MESSAGE) {
            return;
        }
        PartitionIndex partition = index.partition(bytes.getInt(at + RecordFormat.PARTITION));
        long offset = bytes.getLong(at + RecordFormat.OFFSET);
        int tag = bytes.getInt(at + RecordFormat.TAG);
        if (bytes.get(at + RecordFormat.LINK) == RecordFormat.LINK_CARRIED) {
            index.relocate(partition, offset, position, length - RecordFormat.NATIVE, tag);
            return;
        }
        index.append(partition, offset, position, length - RecordFormat.NATIVE, tag);
        byte[] text = new byte[length - RecordFormat.NATIVE];
        bytes.get(at + RecordFormat.NATIVE, text);
        replayed.add(partition.id + ":" + offset + ":" + new String(text));
    }

    @Override
    public boolean rotten(ByteBuffer bytes, int at, boolean placed) {
        if (index.partition(0) == null) {
            createPartitions();
        }
        PartitionIndex partition = index.partition(bytes.getInt(at + RecordFormat.PARTITION));
        boolean isNext = partition != null && bytes.getLong(at + RecordFormat.OFFSET) == partition.next();
        if (isNext) {
            index.jump(partition, 1);
        }
        return isNext;
    }

    /** The key of a message is its text. */
    @Override
    public void keys(ByteBuffer bytes, int at, int length, IntConsumer sink) {
        byte[] text = new byte[length - RecordFormat.NATIVE];
        bytes.get(at + RecordFormat.NATIVE, text);
        sink.accept(new String(text).hashCode());
    }

    /** Appends a message to the open turn, or returns -1 where the log refuses. */
    long append(int partition, String text, boolean more) {
        byte[] bytes = text.getBytes();
        if (!log().admits(RecordFormat.ENVELOPE + bytes.length, 1, false)) {
            return -1;
        }
        PartitionIndex to = index.partition(partition);
        long position = seal(partition, to.next(), RecordFormat.LINK_NONE, bytes, more);
        index.append(to, to.next(), position, bytes.length, tag(partition, to.next()));
        store.keys().add(text.hashCode(), position, timeMs);
        return position;
    }

    private long seal(int partition, long offset, byte link, byte[] bytes, boolean more) {
        log().reserve(RecordFormat.ENVELOPE + bytes.length);
        log().staging().payload().putInt(partition).putLong(offset).putInt(tag(partition, offset)).put(link).put((byte) 9);
        log().staging().payload().putShort((short) 0).putInt(0).putLong(0).put(bytes);
        return log().seal(RecordFormat.TYPE_MESSAGE, timeMs, more);
    }

    private int tag(int partition, long offset) {
        return tagged ? (int) offset * 31 + partition : 0;
    }

    /** Writes a message that is there once more, as a turn of its own, or returns -1 where the log refuses. */
    long relocate(int partition, long offset) {
        PartitionIndex of = index.partition(partition);
        byte[] bytes = new byte[of.length(offset)];
        long old = of.position(offset);
        log().bytes(old).get(log().index(old) + RecordFormat.NATIVE, bytes);
        if (!log().admits(RecordFormat.ENVELOPE + bytes.length, 1, false)) {
            return -1;
        }
        long position = seal(partition, offset, RecordFormat.LINK_CARRIED, bytes, false);
        index.relocate(of, offset, position, bytes.length, tag(partition, offset));
        log().write();
        return position;
    }

    /** Appends a message as a turn of its own. */
    long turn(int partition, String text) {
        long position = append(partition, text, false);
        log().write();
        return position;
    }

    /** Appends so many messages of about so many bytes, by turns, to all partitions; returns their positions. */
    long[] fill(int count, int bytes) {
        long[] positions = new long[count];
        for (int i = 0; i < count; i++) {
            positions[i] = turn(i % PARTITIONS, ("text " + i + " ").repeat(bytes / 7 + 1).substring(0, bytes));
            background.drain();
        }
        return positions;
    }

    void force() {
        log().force();
        background.drain();
    }

    /** Takes what the owner does of a checkpoint. */
    void beginCheckpoint() {
        store.checkpoint();
        advance();
    }

    private void advance() {
        boolean more = store.advance();
        while (more) {
            more = store.advance();
        }
    }

    void checkpoint() {
        beginCheckpoint();
        background.drain();
        advance();
    }

    void close() throws IOException {
        background.drain();
        store.close();
    }

    /** The text at an offset, or null where it is gone. */
    String read(int partition, long offset) {
        PartitionIndex at = index.partition(partition);
        if (offset < at.begin() || offset >= at.next() || at.ceiling(offset) != offset) {
            return null;
        }
        long position = at.position(offset);
        if (!log().readable(position)) {
            return null;
        }
        byte[] text = new byte[at.length(offset)];
        log().bytes(position).get(log().index(position) + RecordFormat.NATIVE, text);
        return new String(text);
    }

    /** All that can be read, as {@code partition:offset:text}, shortened. */
    List<String> readable() {
        List<String> all = new ArrayList<>();
        for (int p = 0; p < PARTITIONS; p++) {
            for (long o = index.partition(p).begin(); o < index.partition(p).next(); o++) {
                String text = read(p, o);
                if (text != null) {
                    all.add(p + ":" + o + ":" + text.substring(0, Math.min(12, text.length())));
                }
            }
        }
        return all;
    }
}
