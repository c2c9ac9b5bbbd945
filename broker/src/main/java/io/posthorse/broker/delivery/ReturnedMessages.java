package io.posthorse.broker.delivery;

import java.util.ArrayList;
import java.util.List;

/** The latest messages of a feed that were given back, numbered in their order; each view examines them itself. */
final class ReturnedMessages {
    private static final int KEPT = 4_096;

    private final List<Candidate> last = new ArrayList<>(4);
    private long begin;

    void add(Candidate message) {
        if (last.size() >= 2 * KEPT) {
            last.subList(0, KEPT).clear();
            begin += KEPT;
        }
        last.add(message);
    }

    /** Returns the number of the first one that is kept. */
    long begin() {
        return begin;
    }

    /** Returns the number of the next one. */
    long end() {
        return begin + last.size();
    }

    Candidate at(long number) {
        return last.get((int) (number - begin));
    }

    /** Forgets all messages, once all views have seen them. */
    void clear() {
        begin = end();
        last.clear();
    }
}
