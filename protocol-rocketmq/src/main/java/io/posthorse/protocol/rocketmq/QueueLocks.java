package io.posthorse.protocol.rocketmq;

import io.posthorse.platform.Clock;
import io.posthorse.platform.Quota;
import io.posthorse.platform.QuotaHolder;
import io.posthorse.platform.QuotaShares;
import java.util.HashMap;
import java.util.Map;

/** The locks by which one client of a group consumes a queue in order: one per group and queue, held while it is renewed. */
final class QueueLocks {
    static final long EXPIRY_MS = 60_000;
    static final int LOCKS_MAX = 100_000;
    private static final long DROP_MS = 1_000;

    private final Clock clock;
    private final Quota places;
    private final Map<Key, Lock> locks = new HashMap<>();
    private long nextDropMs;

    record Key(String group, String topic, String broker, int queueId) {}

    private record Lock(QuotaHolder holder, String clientId, long renewedMs) {
        boolean isOf(QuotaHolder other, String client) {
            return clientId.equals(client) && holder.user().equals(other.user());
        }
    }

    QueueLocks(Clock clock, QuotaShares shares) {
        this.clock = clock;
        this.places = new Quota(LOCKS_MAX, shares);
    }

    /** Takes or renews a lock; returns false while another client, or one of another user, holds it. */
    boolean lock(Key key, QuotaHolder holder, String clientId) {
        long now = clock.nanos() / 1_000_000;
        Lock held = locks.get(key);
        if (held != null && !held.isOf(holder, clientId) && now - held.renewedMs < EXPIRY_MS) {
            return false;
        }
        if (held != null) {
            locks.remove(key);
            places.give(held.holder);
        }
        if (!places.take(holder) && !(dropOld(now) && places.take(holder))) {
            return false;
        }
        locks.put(key, new Lock(holder, clientId, now));
        return true;
    }

    /** Drops expired locks; does so at most once a second. */
    private boolean dropOld(long now) {
        if (now < nextDropMs) {
            return false;
        }
        nextDropMs = now + DROP_MS;
        locks.values().removeIf(lock -> {
            boolean isOld = now - lock.renewedMs >= EXPIRY_MS;
            if (isOld) {
                places.give(lock.holder);
            }
            return isOld;
        });
        return true;
    }

    void unlock(Key key, QuotaHolder holder, String clientId) {
        Lock held = locks.get(key);
        if (held != null && held.isOf(holder, clientId)) {
            locks.remove(key);
            places.give(held.holder);
        }
    }
}
