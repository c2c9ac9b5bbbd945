package io.posthorse.broker;

import java.util.LinkedHashSet;
import java.util.function.Consumer;

/**
 * Notes which parts of the state have changed that are no {@link StatePiece}, since they are too small for an object of
 * their own: by a key, under which many may stand.
 */
final class ChangedKeys<K> {
    private final Consumer<K> put;
    private LinkedHashSet<K> changed = new LinkedHashSet<>();
    /** Those that the checkpoint under way has still to put. */
    private LinkedHashSet<K> frozen = new LinkedHashSet<>();
    /** The last one that was touched: most come in a row. */
    private K last;

    /** @param put writes what stands under a key, as it is now, for the checkpoint that began last */
    ChangedKeys(Consumer<K> put) {
        this.put = put;
    }

    /** Something under a key is about to change. */
    void touch(K key) {
        if (!key.equals(last)) {
            last = key;
            if (frozen.remove(key)) {
                put.accept(key);
            }
            changed.add(key);
        }
    }

    /** A checkpoint begins. */
    void begin() {
        frozen = changed;
        changed = new LinkedHashSet<>();
        last = null;
    }

    /** Writes one; false where none is left. */
    boolean putNext() {
        if (frozen.isEmpty()) {
            return false;
        }
        put.accept(frozen.removeFirst());
        return true;
    }

    /** Nothing counts as changed. */
    void clear() {
        changed.clear();
        last = null;
    }
}
