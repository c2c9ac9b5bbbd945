package io.posthorse.platform;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * A quota of places of one kind, or of bytes, with a total of which no user and no address takes more than its share, so
 * that others always find some. Used on one thread.
 */
public final class Quota {
    private long max;
    private long least;
    private final QuotaShares shares;
    private final Map<String, Long> ofUser = new HashMap<>();
    private final Map<InetAddress, Long> ofAddress = new HashMap<>();
    private long taken;

    /** @param max total number */
    public Quota(long max, QuotaShares shares) {
        this.max = max;
        this.shares = shares;
    }

    /**
     * Changes the total; places that are taken stay.
     *
     * @param all total number
     * @param each number that each holder may take while they are free, however small its share is
     */
    public void change(long all, long each) {
        max = all;
        least = each;
    }

    /** Takes one place; returns false where none is left for the holder. */
    public boolean take(QuotaHolder holder) {
        return take(holder, 1);
    }

    /** Takes {@code count} places, or none; returns false where fewer are left for the holder. */
    public boolean take(QuotaHolder holder, long count) {
        if (!hasRoom(holder, count)) {
            return false;
        }
        add(holder, count);
        return true;
    }

    /** Returns whether one place is left for the holder. */
    public boolean hasRoom(QuotaHolder holder) {
        return hasRoom(holder, 1);
    }

    /** Returns whether {@code count} places are left for the holder. */
    public boolean hasRoom(QuotaHolder holder, long count) {
        return taken + count <= max
                && !(isCounted(holder.user()) && countOf(holder.user()) + count > ofUser())
                && !(isCounted(holder.network()) && countOf(holder.network()) + count > ofAddress());
    }

    /** Returns one place. */
    public void give(QuotaHolder holder) {
        give(holder, 1);
    }

    /** Returns {@code count} places, which the same holder has taken. */
    public void give(QuotaHolder holder, long count) {
        add(holder, -count);
    }

    /** Notes that a holder has more places, or fewer, without checking any limit. */
    public void note(QuotaHolder holder, long more) {
        add(holder, more);
    }

    /** Returns whether a holder has no more than its share. */
    public boolean isWithinShare(QuotaHolder holder) {
        return !(isCounted(holder.user()) && countOf(holder.user()) > ofUser())
                && !(isCounted(holder.network()) && countOf(holder.network()) > ofAddress());
    }

    /** Returns the number of taken places. */
    public long taken() {
        return taken;
    }

    private long ofUser() {
        return Math.max(least, shares.ofUser(max));
    }

    private long ofAddress() {
        return Math.max(least, shares.ofAddress(max));
    }

    private void add(QuotaHolder holder, long count) {
        taken += count;
        if (isCounted(holder.user())) {
            ofUser.merge(holder.user(), count, Quota::sum);
        }
        if (isCounted(holder.network())) {
            ofAddress.merge(holder.network(), count, Quota::sum);
        }
    }

    private static Long sum(long before, long more) {
        return before + more == 0 ? null : before + more;
    }

    private long countOf(String user) {
        return ofUser.getOrDefault(user, 0L);
    }

    private long countOf(InetAddress address) {
        return ofAddress.getOrDefault(address, 0L);
    }

    private static boolean isCounted(String user) {
        return !user.isEmpty();
    }

    private static boolean isCounted(InetAddress address) {
        return !address.isLoopbackAddress();
    }
}
