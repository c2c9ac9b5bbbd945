package io.posthorse.protocol.rocketmq;

import io.posthorse.platform.Clock;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Cursors that a tool has reset while the group was consuming. The members are notified, but until they have moved they
 * continue to commit their old offsets: such commits are ignored. A member that has not moved after 15 s is moved by the
 * answer to its next pull.
 *
 * @param <G> a group, compared by identity
 * @param <P> a queue, compared by identity
 */
final class OffsetResets<G, P> {
    private static final long PATIENCE_MS = 15_000;
    private static final long EXPIRY_MS = 60_000;
    private static final int PENDING_MAX = 100_000;

    private final Clock clock;
    private final Map<G, Map<P, Reset>> pending = new IdentityHashMap<>();
    private int count;
    private long expireAtMs;

    private record Reset(long offset, long atMs) {}

    OffsetResets(Clock clock) {
        this.clock = clock;
    }

    private long nowMs() {
        return clock.nanos() / 1_000_000;
    }

    /** Notes that a cursor was reset to an offset. */
    void add(G group, P partition, long offset) {
        if (count >= PENDING_MAX || nowMs() >= expireAtMs) {
            expire();
        }
        if (count < PENDING_MAX) {
            Reset before = pending.computeIfAbsent(group, g -> new IdentityHashMap<>())
                    .put(partition, new Reset(offset, nowMs()));
            count += before == null ? 1 : 0;
        }
    }

    private void expire() {
        expireAtMs = nowMs() + EXPIRY_MS;
        long old = nowMs() - EXPIRY_MS;
        pending.values().removeIf(ofGroup -> {
            ofGroup.values().removeIf(r -> r.atMs < old);
            return ofGroup.isEmpty();
        });
        count = pending.values().stream().mapToInt(Map::size).sum();
    }

    private Reset find(G group, P partition) {
        Map<P, Reset> ofGroup = pending.get(group);
        Reset reset = ofGroup == null ? null : ofGroup.get(partition);
        if (reset != null && nowMs() - reset.atMs > EXPIRY_MS) {
            remove(group, partition);
            return null;
        }
        return reset;
    }

    private void remove(G group, P partition) {
        Map<P, Reset> ofGroup = pending.get(group);
        ofGroup.remove(partition);
        count--;
        if (ofGroup.isEmpty()) {
            pending.remove(group);
        }
    }

    /** Returns whether a member's commit is from before the reset and must be ignored. */
    boolean outdates(G group, P partition, long commit) {
        if (count == 0) {
            return false;
        }
        Reset reset = find(group, partition);
        if (reset == null) {
            return false;
        }
        if (reset.offset == commit) {
            remove(group, partition);
            return false;
        }
        return true;
    }

    /** Returns the offset to which a member that pulls must move first; -1 where it may read on. */
    long redirect(G group, P partition, long offset) {
        if (count == 0) {
            return -1;
        }
        Reset reset = find(group, partition);
        if (reset == null) {
            return -1;
        }
        if (reset.offset == offset) {
            remove(group, partition);
            return -1;
        }
        return nowMs() - reset.atMs < PATIENCE_MS ? -1 : reset.offset;
    }
}
