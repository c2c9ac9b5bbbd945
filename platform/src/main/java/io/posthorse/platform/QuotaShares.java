package io.posthorse.platform;

/**
 * What one of those who share something may take of it.
 *
 * @param userPercent most that a user takes, 1 to 100
 * @param addressPercent most that is taken from one address; this machine's own may take all, for others' requests are
 * passed
 *     on from there
 */
public record QuotaShares(int userPercent, int addressPercent) {
    /** Whoever comes may take all. */
    public static final QuotaShares WHOLE = new QuotaShares(100, 100);

    /** Returns what a user may take of so many, at least one. */
    public long ofUser(long all) {
        return part(all, userPercent);
    }

    /** Returns what may be taken from one address of so many, at least one. */
    public long ofAddress(long all) {
        return part(all, addressPercent);
    }

    private static long part(long all, int percent) {
        return Math.max(1, all / 100 * percent + all % 100 * percent / 100);
    }
}
