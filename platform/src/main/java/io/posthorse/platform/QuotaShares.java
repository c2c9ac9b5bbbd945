package io.posthorse.platform;

/**
 * The shares that one user and one address may take of a total.
 *
 * @param userPercent maximum share of a user, 1 to 100
 * @param addressPercent maximum share of one address; this machine's own may take all, since it may pass on others'
 *     requests
 */
public record QuotaShares(int userPercent, int addressPercent) {
    /** Shares without limits: each holder may take all. */
    public static final QuotaShares WHOLE = new QuotaShares(100, 100);

    /** Returns a user's share of a total, at least one. */
    public long ofUser(long all) {
        return part(all, userPercent);
    }

    /** Returns an address's share of a total, at least one. */
    public long ofAddress(long all) {
        return part(all, addressPercent);
    }

    private static long part(long all, int percent) {
        return Math.max(1, all / 100 * percent + all % 100 * percent / 100);
    }
}
