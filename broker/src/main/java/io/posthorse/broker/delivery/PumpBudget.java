package io.posthorse.broker.delivery;

/**
 * The budget of one pump, over all selectors: as much work as takes a few milliseconds. A message whose contents are not
 * read costs little.
 */
final class PumpBudget {
    private static final int HANDED_MAX = 1_000;
    private static final long HANDED_BYTES_MAX = 8 << 20;
    private static final int LOOKED_MAX = 2_000;
    private static final long LOOKED_BYTES_MAX = 4 << 20;
    /** Cost of a selector, in units of a look at the traits. */
    private static final int SELECTOR_COST = 4;

    private static final int SWEPT_FOR_ONE = 8;

    private int handed;
    private long handedBytes;
    private int looked;
    private long lookedBytes;

    void begin() {
        handed = 0;
        handedBytes = 0;
        looked = 0;
        lookedBytes = 0;
    }

    /** Returns whether no more messages may be handed out. */
    boolean isSpent() {
        return handed >= HANDED_MAX || handedBytes >= HANDED_BYTES_MAX;
    }

    /** Returns whether more work may begin. */
    boolean mayContinue() {
        return !isSpent() && mayLook();
    }

    void handed(int length) {
        handed++;
        handedBytes += length;
    }

    boolean mayLook() {
        return looked < LOOKED_MAX && lookedBytes < LOOKED_BYTES_MAX;
    }

    /** Returns how many more messages may be examined. */
    int messages(Selector selector) {
        int left = Math.max(0, LOOKED_MAX - looked);
        return selector == null ? left : (left + SELECTOR_COST - 1) / SELECTOR_COST;
    }

    /** Returns how many more bytes may be read. */
    int bytes(Selector selector) {
        return (int) (selector == null ? LOOKED_BYTES_MAX : Math.max(1, LOOKED_BYTES_MAX - lookedBytes));
    }

    /** Counts a search. */
    void visited() {
        looked++;
    }

    /** Counts a sweep of the given number of messages. */
    void swept(int messages) {
        looked += messages / SWEPT_FOR_ONE;
    }

    void looked(Selector selector, int length) {
        looked += selector == null ? 1 : SELECTOR_COST;
        lookedBytes += selector == null ? 0 : length;
    }

    /** Returns all work done, as one number. */
    int total() {
        return handed + looked;
    }
}
