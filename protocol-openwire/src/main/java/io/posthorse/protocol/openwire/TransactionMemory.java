package io.posthorse.protocol.openwire;

import jakarta.jms.ResourceAllocationException;

/**
 * The memory of all open transactions: it is held until they end, so it is limited for all of them together as well as for
 * each. Used on the owner's thread.
 */
final class TransactionMemory {
    /** Approximate bytes of an entry beside those of its message. */
    static final int ENTRY_BYTES = 200;

    private final long bytesMax;
    private long taken;

    /** @param bytesMax maximum bytes of all transactions together */
    TransactionMemory(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** Takes bytes, or throws and takes none. */
    void take(long bytes) throws ResourceAllocationException {
        if (taken + bytes > bytesMax) {
            throw new ResourceAllocationException("The open transactions of all clients hold " + (taken >> 20)
                    + " MiB; the maximum is " + (bytesMax >> 20) + " MiB, a quarter of the broker's heap. Commit more"
                    + " often, or start the broker with a larger heap.");
        }
        taken += bytes;
    }

    void give(long bytes) {
        taken -= bytes;
        assert taken >= 0 : "more bytes were released than taken";
    }
}
