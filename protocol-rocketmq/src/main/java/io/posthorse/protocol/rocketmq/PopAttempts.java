package io.posthorse.protocol.rocketmq;

import io.posthorse.broker.Partition;
import io.posthorse.broker.Subscription;
import java.util.LinkedHashMap;

/**
 * The last try to read a queue in order that was answered, by group and queue. A client whose answer was lost tries again
 * under the same name, and is not held up by what that answer lent to it. Known in memory only: after a restart it waits.
 */
final class PopAttempts {
    private static final int MAX = 100_000;
    private static final int LENGTH_MAX = 128;

    private record Place(String group, int queue) {}

    private final LinkedHashMap<Place, String> last = new LinkedHashMap<>(16, 0.75f, true);

    /** Whether the last answer was to a try of that name; null is none. */
    boolean isLast(Subscription group, Partition queue, String attempt) {
        return attempt != null && attempt.equals(last.get(new Place(group.name(), queue.id())));
    }

    /** A try was answered with messages. */
    void answered(Subscription group, Partition queue, String attempt) {
        Place place = new Place(group.name(), queue.id());
        if (attempt == null || attempt.isEmpty() || attempt.length() > LENGTH_MAX) {
            last.remove(place);
            return;
        }
        last.put(place, attempt);
        if (last.size() > MAX) {
            last.remove(last.firstEntry().getKey());
        }
    }
}
