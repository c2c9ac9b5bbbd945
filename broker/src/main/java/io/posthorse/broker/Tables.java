package io.posthorse.broker;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/**
 * The small tables of the state: entries whose keys and values mean nothing to the broker. Nothing that a client sends or
 * reads as a message gets here. All tables together have at most {@link #ENTRIES_MAX} entries and {@link #BYTES_MAX} bytes.
 */
public final class Tables {
    /** Maximum number of a table. */
    public static final int TABLE_MAX = 255;
    /** Maximum bytes of a key. */
    public static final int KEY_BYTES_MAX = 1 << 10;
    /** Maximum bytes of a value. */
    public static final int VALUE_BYTES_MAX = 256 << 10;
    /** Maximum entries of all tables. */
    public static final int ENTRIES_MAX = 20_000;
    /** Maximum bytes of all tables. */
    public static final long BYTES_MAX = 16 << 20;
    /** Bytes that an entry counts beside those of its key and value. */
    static final int ENTRY_BYTES = 16;

    static final byte KIND = 10;

    /** Keys that the checkpoint under way has still to write. */
    final ChangedKeys<Key> changed;

    private final TreeMap<Key, TableEntry> entries = new TreeMap<>();
    private final List<TableListener> listeners = new ArrayList<>();
    private final ArrayDeque<Change> untold = new ArrayDeque<>();
    private long bytes;

    /** The place of an entry. Sorted by table, then by key as unsigned bytes. */
    record Key(int table, byte[] key) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            return table != other.table ? Integer.compare(table, other.table) : Arrays.compareUnsigned(key, other.key);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Key that && compareTo(that) == 0;
        }

        @Override
        public int hashCode() {
            return table * 31 + Arrays.hashCode(key);
        }

        private byte[] section() {
            byte[] section = new byte[1 + key.length];
            section[0] = (byte) table;
            System.arraycopy(key, 0, section, 1, key.length);
            return section;
        }
    }

    /** @param position of the record */
    private record Change(TableEntry entry, long position) {}

    Tables(StateChanges changes) {
        this.changed = new ChangedKeys<>(key -> {
            TableEntry entry = entries.get(key);
            if (entry == null) {
                changes.out().addGone(KIND, key.section());
            } else {
                changes.out().add(KIND, key.section(), entry.value().length).put(entry.value());
            }
        });
        changes.also(changed);
    }

    // ---- reading

    /** Returns the value under a key, which must not be changed; null where there is none. */
    public byte[] get(int table, byte[] key) {
        TableEntry entry = entries.get(new Key(table, key));
        return entry == null ? null : entry.value();
    }

    /** Returns the entries of a table, by key as unsigned bytes. */
    public List<TableEntry> entries(int table) {
        return List.copyOf(entries.subMap(new Key(table, new byte[0]), new Key(table + 1, new byte[0])).values());
    }

    /** Returns all entries, by table and key. */
    List<TableEntry> all() {
        return List.copyOf(entries.values());
    }

    /**
     * Registers a listener, which gets all entries that are there, and from then on each change: at once where a group has
     * agreed on it, at the leader once it has.
     */
    public void follow(TableListener listener) {
        listener.changed(all());
        listeners.add(listener);
    }

    /** Tells the listeners about the records below a position. */
    void tell(long committed) {
        if (untold.isEmpty() || untold.peek().position() >= committed) {
            return;
        }
        List<TableEntry> news = new ArrayList<>();
        while (!untold.isEmpty() && untold.peek().position() < committed) {
            news.add(untold.poll().entry());
        }
        listeners.forEach(listener -> listener.changed(news));
    }

    // ---- changes

    /** Returns why entries cannot be put, all together; null where they can. */
    String problem(List<TableEntry> wanted) {
        long bytesThen = bytes;
        int countThen = entries.size();
        TreeMap<Key, TableEntry> changes = new TreeMap<>();
        for (TableEntry entry : wanted) {
            String problem = problem(entry);
            if (problem != null) {
                return problem;
            }
            Key key = new Key(entry.table(), entry.key());
            TableEntry before = changes.containsKey(key) ? changes.get(key) : entries.get(key);
            changes.put(key, entry);
            bytesThen += cost(entry) - cost(before);
            countThen += count(entry) - count(before);
        }
        if (countThen > ENTRIES_MAX && countThen > entries.size()) {
            return "the tables of this broker would have " + countThen + " entries, and " + ENTRIES_MAX
                    + " are the maximum: delete some first";
        }
        if (bytesThen > BYTES_MAX && bytesThen > bytes) {
            return "the tables of this broker would have " + bytesThen + " bytes, and " + BYTES_MAX
                    + " are the maximum: delete some entries first";
        }
        return null;
    }

    private static String problem(TableEntry entry) {
        if (entry.table() < 0 || entry.table() > TABLE_MAX) {
            return "there is no table " + entry.table();
        }
        if (entry.key().length == 0 || entry.key().length > KEY_BYTES_MAX) {
            return "a key of " + entry.key().length + " bytes; 1 to " + KEY_BYTES_MAX + " are possible";
        }
        if (entry.value() != null && entry.value().length > VALUE_BYTES_MAX) {
            return "an entry of " + entry.value().length + " bytes; at most " + VALUE_BYTES_MAX + " are possible";
        }
        return null;
    }

    private static long cost(TableEntry entry) {
        return count(entry) == 0 ? 0 : entry.bytes();
    }

    private static int count(TableEntry entry) {
        return entry == null || entry.value() == null ? 0 : 1;
    }

    /**
     * Applies the record of an entry.
     *
     * @throws MalformedEventException where it exceeds a bound; nothing has changed then
     */
    void apply(TableEntry entry, long position) {
        put(entry);
        if (!listeners.isEmpty()) {
            untold.add(new Change(entry, position));
        }
    }

    /** Restores an entry from a checkpoint. */
    void restore(byte[] section, byte[] value) {
        FieldCodec.require(section.length > 1, "a key of a table of %d bytes", section.length - 1);
        put(new TableEntry(section[0] & 0xFF, Arrays.copyOfRange(section, 1, section.length), value));
    }

    private void put(TableEntry entry) {
        String problem = problem(List.of(entry));
        FieldCodec.require(problem == null, "%s", problem);
        Key key = new Key(entry.table(), entry.key());
        changed.touch(key);
        TableEntry before = entry.value() == null ? entries.remove(key) : entries.put(key, entry);
        bytes += cost(entry) - cost(before);
    }

    /** Notes that all entries have to be written by the next checkpoint. */
    void changeAll() {
        entries.keySet().forEach(changed::touch);
    }
}
