package io.posthorse.protocol.openwire;

import jakarta.jms.ResourceAllocationException;

/**
 * What all open transactions hold: it stays in memory until they end, so all of them together are bounded as well as each
 * one. Used on the owner's thread.
 */
final class TransactionMemory {
    /** What an entry takes beside the bytes of its message, roughly. */
    static final int ENTRY_BYTES = 200;

    private final long bytesMax;
    private long taken;

    /** @param bytesMax how much all may hold together */
    TransactionMemory(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** Takes so much, or refuses and takes nothing. */
    void take(long bytes) throws ResourceAllocationException {
        if (taken + bytes > bytesMax) {
            throw new ResourceAllocationException("The open transactions of all clients hold " + (taken >> 20)
                    + " MiB, and " + (bytesMax >> 20) + " MiB is the most, a quarter of the broker's heap. Commit more"
                    + " often, or start the broker with a larger heap.");
        }
        taken += bytes;
    }

    void give(long bytes) {
        taken -= bytes;
        assert taken >= 0 : "more was given back than was taken";
    }
}
