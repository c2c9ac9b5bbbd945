package io.posthorse.broker;

import java.util.ArrayList;
import java.util.List;
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

    History(T first) {
        settle(first);
    }

    Entry<T> add(T value, long end) {
        Entry<T> entry = new Entry<>(value, end);
        entries.add(entry);
        return entry;
    }

    T last() {
        return entries.get(entries.size() - 1).value;
    }

    /** Whether a restart may find that value: the last one that had to survive, or any later one. */
    boolean allows(T found, Predicate<Model.Event> survives) {
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

    /** From here on nothing but that value is possible. */
    void settle(T value) {
        entries.clear();
        Entry<T> only = new Entry<>(value, 0);
        only.acknowledged = true;
        entries.add(only);
    }
}
