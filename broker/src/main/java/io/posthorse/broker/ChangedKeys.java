package io.posthorse.broker;

import java.util.LinkedHashSet;
import java.util.function.Consumer;

/**
 * The changed parts of the state that are too small to be a {@link StatePiece} each, noted by a key that covers many of
 * them.
 */
final class ChangedKeys<K> {
    private final Consumer<K> put;
    private LinkedHashSet<K> changed = new LinkedHashSet<>();
    /** Keys that the checkpoint under way has still to write. */
    private LinkedHashSet<K> frozen = new LinkedHashSet<>();
    /** The last touched key: most calls repeat it. */
    private K last;

    /** @param put writes the present parts of a key, for the checkpoint that began last */
    ChangedKeys(Consumer<K> put) {
        this.put = put;
    }

    /** Notes that a part under a key is about to change. */
    void touch(K key) {
        if (!key.equals(last)) {
            last = key;
            if (frozen.remove(key)) {
                put.accept(key);
            }
            changed.add(key);
        }
    }

    /** Begins a checkpoint. */
    void begin() {
        frozen = changed;
        changed = new LinkedHashSet<>();
        last = null;
    }

    /** Writes one key; returns false where none is left. */
    boolean putNext() {
        if (frozen.isEmpty()) {
            return false;
        }
        put.accept(frozen.removeFirst());
        return true;
    }

    /** Marks everything as unchanged. */
    void clear() {
        changed.clear();
        last = null;
    }
}
