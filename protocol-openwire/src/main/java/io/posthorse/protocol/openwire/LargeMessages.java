package io.posthorse.protocol.openwire;

import io.posthorse.platform.Quota;
import io.posthorse.platform.QuotaHolder;
import io.posthorse.platform.QuotaShares;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Large messages on their way to clients: each is in memory once for every client that has not taken it. They share so many
 * bytes, of which no user and no address takes more than its part. A message that is larger than such a part takes none of
 * these: one of that kind is on its way at a time, and while others wait to send theirs, it is not the same user's twice.
 * Who waits is woken when there is room. Used on the owner's thread.
 */
final class LargeMessages {
    private final Quota bytes;
    private final long partMax;
    private final Map<ClientConsumer, QuotaHolder> waiting = new LinkedHashMap<>();
    /** Whose message without a part is on its way, and whose the last one was. */
    private QuotaHolder oversized;

    private QuotaHolder before;

    /** @param most bytes that may be on their way, but for the one message that is larger than a user's part */
    LargeMessages(long most, QuotaShares shares) {
        this.bytes = new Quota(most, shares);
        this.partMax = Math.min(shares.ofUser(most), shares.ofAddress(most));
    }

    /** Takes room for a message that is sent; who is told no is woken when there may be some. */
    boolean take(long size, ClientConsumer who, QuotaHolder holder) {
        boolean taken = size > partMax ? takeOversized(holder) : bytes.take(holder, size);
        if (!taken) {
            waiting.put(who, holder);
        }
        return taken;
    }

    private boolean takeOversized(QuotaHolder holder) {
        boolean isAgain = before != null && isSame(holder, before);
        if (oversized != null || isAgain && waiting.values().stream().anyMatch(other -> !isSame(before, other))) {
            return false;
        }
        oversized = holder;
        before = holder;
        return true;
    }

    private static boolean isSame(QuotaHolder one, QuotaHolder another) {
        return one.user().equals(another.user());
    }

    /** Whether somebody waits for room. */
    boolean isAwaited() {
        return !waiting.isEmpty();
    }

    /** Gives back what a message took: its client has taken it, or is gone. */
    void give(long size, QuotaHolder holder) {
        if (size > partMax) {
            oversized = null;
        } else {
            bytes.give(holder, size);
        }
        Map<ClientConsumer, QuotaHolder> now = new LinkedHashMap<>(waiting);
        waiting.clear();
        now.forEach((who, other) -> wake(who, !isSame(other, holder)));
        now.forEach((who, other) -> wake(who, isSame(other, holder)));
    }

    private static void wake(ClientConsumer who, boolean isNow) {
        if (isNow) {
            who.wake();
        }
    }

    void forget(ClientConsumer who) {
        waiting.remove(who);
    }
}
