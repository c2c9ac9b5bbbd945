package io.posthorse.protocol.rocketmq;

import io.posthorse.platform.Clock;
import java.util.HashMap;
import java.util.Map;

/** Which client of a group may consume a queue in order: a lock per group and queue, kept while it is renewed. */
final class QueueLocks {
    static final long EXPIRY_MS = 60_000;
    static final int LOCKS_MAX = 100_000;

    private final Clock clock;
    private final Map<Key, Lock> locks = new HashMap<>();

    record Key(String group, String topic, String broker, int queueId) {}

    private record Lock(String clientId, long renewedMs) {}

    QueueLocks(Clock clock) {
        this.clock = clock;
    }

    /** Takes or renews a lock; false while another client holds it. */
    boolean lock(Key key, String clientId) {
        long now = clock.nanos() / 1_000_000;
        Lock held = locks.get(key);
        if (held != null && !held.clientId.equals(clientId) && now - held.renewedMs < EXPIRY_MS) {
            return false;
        }
        if (held == null && locks.size() >= LOCKS_MAX) {
            locks.values().removeIf(l -> now - l.renewedMs >= EXPIRY_MS);
            if (locks.size() >= LOCKS_MAX) {
                return false;
            }
        }
        locks.put(key, new Lock(clientId, now));
        return true;
    }

    void unlock(Key key, String clientId) {
        Lock held = locks.get(key);
        if (held != null && held.clientId.equals(clientId)) {
            locks.remove(key);
        }
    }
}
