package io.posthorse.broker;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** The values that something took, oldest first, each with how certain it is to survive. */
final class History<T> {
    /** One value, set by an event that ends at a position. */
    static final class Entry<T> implements Model.Event {
        final T value;
        final long end;
        boolean acknowledged;

        Entry(T value, long end) {
            this.value = value;
            this.end = end;
        }

        @Override
        public long end() {
            return end;
        }

        @Override
        public boolean isAcknowledged() {
            return acknowledged;
        }

        @Override
        public void acknowledge() {
            acknowledged = true;
        }
    }

    private final List<Entry<T>> entries = new ArrayList<>();
    /** All values that it ever took. */
    private final Set<T> ever = new HashSet<>();
    /** Values that the next start may find as well, since a record has rotted. */
    private final Set<T> doubted = new HashSet<>();

    History(T first) {
        settle(first);
    }

    Entry<T> add(T value, long end) {
        Entry<T> entry = new Entry<>(value, end);
        entries.add(entry);
        ever.add(value);
        return entry;
    }

    T last() {
        return entries.get(entries.size() - 1).value;
    }

    /** Whether a restart may find that value: the last one that had to survive, or any later one. */
    boolean allows(T found, Predicate<Model.Event> survives) {
        if (doubted.contains(found)) {
            return true;
        }
        for (int i = entries.size() - 1; i >= 0; i--) {
            if (entries.get(i).value.equals(found)) {
                return true;
            }
            if (survives.test(entries.get(i))) {
                return false;
            }
        }
        return false;
    }

    /** The record that says its last value is gone: the next start may find another one. */
    void doubt(T before) {
        doubted.add(before);
    }

    /** The same, where it is not known which one stood before. */
    void doubt() {
        doubted.addAll(ever);
    }

    /** Whether a value is possible only since a record has rotted. */
    boolean doubts(T value) {
        return doubted.contains(value) && !value.equals(last());
    }

    /** From here on nothing but that value is possible. */
    void settle(T value) {
        entries.clear();
        doubted.clear();
        ever.add(value);
        Entry<T> only = new Entry<>(value, 0);
        only.acknowledged = true;
        entries.add(only);
    }
}
