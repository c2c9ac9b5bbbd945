package io.posthorse.broker.delivery;

/**
 * How much one pump has done and may do, over all selectors: so much that it takes a few milliseconds. Looking at a
 * message costs little where nobody looks into it.
 */
final class PumpBudget {
    private static final int HANDED_MAX = 1_000;
    private static final long HANDED_BYTES_MAX = 8 << 20;
    private static final int LOOKED_MAX = 2_000;
    private static final long LOOKED_BYTES_MAX = 4 << 20;
    /** What a selector costs more than a look at the traits. */
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

    /** Whether nothing more may be handed out. */
    boolean isSpent() {
        return handed >= HANDED_MAX || handedBytes >= HANDED_BYTES_MAX;
    }

    /** Whether something more may be begun. */
    boolean mayGoOn() {
        return !isSpent() && mayLook();
    }

    void handed(int length) {
        handed++;
        handedBytes += length;
    }

    boolean mayLook() {
        return looked < LOOKED_MAX && lookedBytes < LOOKED_BYTES_MAX;
    }

    /** How many messages may be looked at still. */
    int messages(Selector selector) {
        int left = Math.max(0, LOOKED_MAX - looked);
        return selector == null ? left : (left + SELECTOR_COST - 1) / SELECTOR_COST;
    }

    /** How many bytes may be looked into still. */
    int bytes(Selector selector) {
        return (int) (selector == null ? LOOKED_BYTES_MAX : Math.max(1, LOOKED_BYTES_MAX - lookedBytes));
    }

    /** Something was looked for. */
    void visited() {
        looked++;
    }

    /** So many were looked through for those that are gone. */
    void swept(int messages) {
        looked += messages / SWEPT_FOR_ONE;
    }

    void looked(Selector selector, int length) {
        looked += selector == null ? 1 : SELECTOR_COST;
        lookedBytes += selector == null ? 0 : length;
    }

    /** All that was done, as one number. */
    int total() {
        return handed + looked;
    }
}
