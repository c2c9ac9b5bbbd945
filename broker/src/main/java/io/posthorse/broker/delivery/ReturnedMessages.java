package io.posthorse.broker.delivery;

import java.util.ArrayList;
import java.util.List;

/** The last messages of a feed that came back, numbered in the order in which they came; each view looks at them itself. */
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

    /** Number of the first one that is kept. */
    long begin() {
        return begin;
    }

    /** Number of the next one to come. */
    long end() {
        return begin + last.size();
    }

    Candidate at(long number) {
        return last.get((int) (number - begin));
    }

    /** All views have seen all of them. */
    void clear() {
        begin = end();
        last.clear();
    }
}
