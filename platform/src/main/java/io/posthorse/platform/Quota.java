package io.posthorse.platform;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * Places of one kind, or bytes, that all share: so many in all, of which no user and no address takes more than its part.
 * Whoever takes all that he can get leaves some to the others. Used on one thread.
 */
public final class Quota {
    private long max;
    private long least;
    private final QuotaShares shares;
    private final Map<String, Long> ofUser = new HashMap<>();
    private final Map<InetAddress, Long> ofAddress = new HashMap<>();
    private long taken;

    /** @param max how many there are in all */
    public Quota(long max, QuotaShares shares) {
        this.max = max;
        this.shares = shares;
    }

    /**
     * Changes how many there are; what is taken stays.
     *
     * @param all how many there are in all
     * @param each so many everybody may have where they are free, however small his part of all is
     */
    public void change(long all, long each) {
        max = all;
        least = each;
    }

    /** Takes one place; false where there is none left for him. */
    public boolean take(QuotaHolder holder) {
        return take(holder, 1);
    }

    /** Takes so many places, or none and returns false where there are not so many left for him. */
    public boolean take(QuotaHolder holder, long count) {
        if (!hasRoom(holder, count)) {
            return false;
        }
        add(holder, count);
        return true;
    }

    /** Returns whether there is one left for him. */
    public boolean hasRoom(QuotaHolder holder) {
        return hasRoom(holder, 1);
    }

    /** Returns whether there are so many left for him. */
    public boolean hasRoom(QuotaHolder holder, long count) {
        return taken + count <= max
                && !(isCounted(holder.user()) && countOf(holder.user()) + count > ofUser())
                && !(isCounted(holder.address()) && countOf(holder.address()) + count > ofAddress());
    }

    /** Gives one back. */
    public void give(QuotaHolder holder) {
        give(holder, 1);
    }

    /** Gives so many back, which the same holder has taken. */
    public void give(QuotaHolder holder, long count) {
        add(holder, -count);
    }

    /** Notes that a holder has so much more, or less, whatever there is left. */
    public void note(QuotaHolder holder, long more) {
        add(holder, more);
    }

    /** Returns whether a holder has no more than his part. */
    public boolean isWithinShare(QuotaHolder holder) {
        return !(isCounted(holder.user()) && countOf(holder.user()) > ofUser())
                && !(isCounted(holder.address()) && countOf(holder.address()) > ofAddress());
    }

    /** Returns how many are taken. */
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
        if (isCounted(holder.address())) {
            ofAddress.merge(holder.address(), count, Quota::sum);
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
