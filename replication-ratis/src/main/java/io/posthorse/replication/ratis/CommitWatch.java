package io.posthorse.replication.ratis;

/**
 * Finds out that a leader is cut off. The engine looks for that only while it has nothing to do, so a leader with producers
 * would take proposals for ever.
 */
final class CommitWatch {
    private final long limitNs;
    private long committed = -1;
    private long sinceNs;
    private boolean isWaiting;

    CommitWatch(long limitMs) {
        this.limitNs = limitMs * 1_000_000;
    }

    /**
     * Looks at the log of a leader.
     *
     * @param leads whether this node leads, and has committed an entry of its term: before that, the majority may still be
     *     fetching old entries, however long that takes
     * @param last index of the last entry in the log
     * @param committedNow index of the last committed entry
     * @return whether entries have waited for too long, and none was committed meanwhile
     */
    boolean isStuck(boolean leads, long last, long committedNow, long nowNs) {
        boolean waits = leads && last > committedNow;
        if (!waits || !isWaiting || committedNow != committed) {
            sinceNs = nowNs;
        }
        isWaiting = waits;
        committed = committedNow;
        return waits && nowNs - sinceNs >= limitNs;
    }
}
