package io.posthorse.broker;

import io.posthorse.log.KeyIndex;
import io.posthorse.log.Log;
import io.posthorse.log.LogView;
import io.posthorse.log.RecordFormat;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** A search for messages of a topic by key: the owner begins it, another thread runs it, the owner ends it. */
public final class KeySearch {
    /** Maximum records that a search examines: hashes collide, and many messages may have one key. */
    private static final int EXAMINED_MAX = 100_000;
    private static final int DAMAGED_MAX = 100;

    private final Log log;
    private final long read;
    private final LogView view;
    private final MessageRenderer renderer;
    private final KeyIndex.Snapshot keys;
    private final Set<Integer> partitions;
    private final UnreadableRecords records;
    /** Positions of records that could not be read; at most {@link #DAMAGED_MAX}. */
    private final List<Long> damaged = new ArrayList<>();

    KeySearch(Log log, MessageRenderer renderer, KeyIndex keys, Set<Integer> partitions,
            UnreadableRecords records) {
        this.log = log;
        this.read = log.beginRead();
        this.view = log.view();
        this.renderer = renderer;
        this.keys = keys.snapshot();
        this.partitions = partitions;
        this.records = records;
    }

    /** Ends the search, on the owner's thread, after success or failure. */
    public void end() {
        log.endRead(read);
        damaged.forEach(position -> records.stays(position, "searching for messages at position " + position));
    }

    /**
     * Finds messages, newest first; may wait for the disk.
     *
     * @param hash hash of topic and key, see {@link KeyHash}
     * @param fromMs begin, and {@code toMs} end of the time range, ms since 1970, both included
     * @param isMeant test whether native bytes really have the key
     * @param bytesMax native bytes after which no further message is taken; the first is taken whatever its size
     * @return native bytes of each
     */
    public List<ByteBuffer> find(
            int hash, long fromMs, long toMs, Predicate<ByteBuffer> isMeant, int countMax, int bytesMax) {
        List<ByteBuffer> found = new ArrayList<>();
        int[] left = {EXAMINED_MAX, bytesMax};
        keys.find(hash, fromMs, toMs, position -> {
            ByteBuffer message = message(position, fromMs, toMs);
            if (message != null && isMeant.test(message)) {
                left[1] -= message.remaining();
                if (left[1] < 0 && !found.isEmpty()) {
                    return false;
                }
                found.add(message);
            }
            return --left[0] > 0 && found.size() < countMax;
        });
        return found;
    }

    /** Returns whether one of the messages has that id. */
    boolean hasId(String topic, String id) {
        byte[] name = topic.getBytes(StandardCharsets.UTF_8);
        byte[] key = id.getBytes(StandardCharsets.UTF_8);
        int hash = KeyHash.of(KeyHash.text(name, 0, name.length), KeyHash.text(key, 0, key.length));
        boolean[] found = new boolean[1];
        keys.find(hash, 0, Long.MAX_VALUE, position -> {
            ByteBuffer bytes = record(position, 0, Long.MAX_VALUE);
            found[0] = bytes != null && id.equals(renderer.id(bytes, view.index(position)));
            return !found[0];
        });
        return found[0];
    }

    private ByteBuffer message(long position, long fromMs, long toMs) {
        ByteBuffer bytes = record(position, fromMs, toMs);
        return bytes == null ? null : renderer.of(bytes, view.index(position));
    }

    private ByteBuffer record(long position, long fromMs, long toMs) {
        ByteBuffer bytes = view.bytes(position);
        if (bytes == null) {
            if (damaged.size() < DAMAGED_MAX) {
                damaged.add(position);
            }
            return null;
        }
        int at = view.index(position);
        long time = RecordFormat.time(bytes, at, false);
        if (bytes.get(at + RecordFormat.TYPE) != RecordFormat.TYPE_MESSAGE || time < fromMs || time > toMs
                || !partitions.contains(bytes.getInt(at + RecordFormat.PARTITION))) {
            return null;
        }
        return bytes;
    }
}
