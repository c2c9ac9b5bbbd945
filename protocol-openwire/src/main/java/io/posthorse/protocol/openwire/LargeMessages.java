package io.posthorse.protocol.openwire;

import io.posthorse.platform.Quota;
import io.posthorse.platform.QuotaHolder;
import io.posthorse.platform.QuotaShares;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The memory for large messages on their way to clients: each is in memory once for every client that has not received it.
 * They share a number of bytes, of which no user and no address takes more than its share. A message that is larger than
 * such a share takes none of these bytes: only one of that kind is sent at a time, and not two in a row for one user while
 * others wait to send theirs. Waiting consumers are woken when there is memory. Used on the owner's thread.
 */
final class LargeMessages {
    private final Quota bytes;
    private final long partMax;
    private final Map<ClientConsumer, QuotaHolder> waiting = new LinkedHashMap<>();
    /** User whose message larger than a share is being sent, and the user of the last one. */
    private QuotaHolder oversized;

    private QuotaHolder lastOversized;

    /** @param most maximum bytes on their way, without the one message that is larger than a share */
    LargeMessages(long most, QuotaShares shares) {
        this.bytes = new Quota(most, shares);
        this.partMax = Math.min(shares.ofUser(most), shares.ofAddress(most));
    }

    /** Takes memory for a message to send. Where this returns false, the consumer is woken when there may be some. */
    boolean take(long size, ClientConsumer consumer, QuotaHolder holder) {
        boolean taken = size > partMax ? takeOversized(holder) : bytes.take(holder, size);
        if (!taken) {
            waiting.put(consumer, holder);
        }
        return taken;
    }

    private boolean takeOversized(QuotaHolder holder) {
        boolean isAgain = lastOversized != null && isSame(holder, lastOversized);
        if (oversized != null || isAgain && waiting.values().stream().anyMatch(other -> !isSame(lastOversized, other))) {
            return false;
        }
        oversized = holder;
        lastOversized = holder;
        return true;
    }

    private static boolean isSame(QuotaHolder one, QuotaHolder another) {
        return one.user().equals(another.user());
    }

    /** Returns whether a consumer waits for memory. */
    boolean isAwaited() {
        return !waiting.isEmpty();
    }

    /** Releases the memory of a message: its client has received it, or is gone. */
    void give(long size, QuotaHolder holder) {
        if (size > partMax) {
            oversized = null;
        } else {
            bytes.give(holder, size);
        }
        Map<ClientConsumer, QuotaHolder> woken = new LinkedHashMap<>(waiting);
        waiting.clear();
        woken.forEach((consumer, other) -> wake(consumer, !isSame(other, holder)));
        woken.forEach((consumer, other) -> wake(consumer, isSame(other, holder)));
    }

    private static void wake(ClientConsumer consumer, boolean isNow) {
        if (isNow) {
            consumer.wake();
        }
    }

    void forget(ClientConsumer consumer) {
        waiting.remove(consumer);
    }
}
