package io.posthorse.protocol.rocketmq;

import io.posthorse.broker.Partition;
import io.posthorse.broker.Subscription;
import java.util.LinkedHashMap;

/**
 * The last answered attempt to read a queue in order, by group and queue. A client whose answer was lost repeats its request
 * under the same attempt id, and is not blocked by the messages which that answer lent to it. The table is in memory only:
 * after a restart such a client waits.
 */
final class PopAttempts {
    private static final int MAX = 100_000;
    private static final int LENGTH_MAX = 128;

    private record Key(String group, int queue) {}

    private final LinkedHashMap<Key, String> last = new LinkedHashMap<>(16, 0.75f, true);

    /** Returns whether the last answer was to the attempt with that id; null equals none. */
    boolean isLast(Subscription group, Partition queue, String attempt) {
        return attempt != null && attempt.equals(last.get(new Key(group.name(), queue.id())));
    }

    /** Notes that an attempt was answered with messages. */
    void answered(Subscription group, Partition queue, String attempt) {
        Key key = new Key(group.name(), queue.id());
        if (attempt == null || attempt.isEmpty() || attempt.length() > LENGTH_MAX) {
            last.remove(key);
            return;
        }
        last.put(key, attempt);
        if (last.size() > MAX) {
            last.remove(last.firstEntry().getKey());
        }
    }
}
