package io.posthorse.protocol.openwire;

import io.posthorse.platform.Quota;
import io.posthorse.platform.QuotaHolder;
import jakarta.jms.ResourceAllocationException;

/**
 * The resources that one connection has opened: consumers, producers, transactions, temporary destinations. Each takes one
 * place of those that all connections share, and a selector one more for each 256 characters. Used on the owner's thread.
 */
final class OpenResources {
    /** Approximate bytes of memory for one place. */
    private static final int PLACE_BYTES = 4 << 10;
    private static final int HEAP_PART = 4;
    private static final int SELECTOR_CHARS_OF_PLACE = 256;

    private final Quota places;
    private final QuotaHolder holder;
    private long taken;

    OpenResources(Quota places, QuotaHolder holder) {
        this.places = places;
        this.holder = holder;
    }

    /** Returns the number of places for all connections: those that fit into a quarter of the heap. */
    static long placesOf(long heapBytes) {
        return heapBytes / HEAP_PART / PLACE_BYTES;
    }

    /** Takes places for a resource, or throws and takes none; the selector is null where it has none. */
    void take(String selector) throws ResourceAllocationException {
        long cost = cost(selector);
        if (!places.take(holder, cost)) {
            throw new ResourceAllocationException("The JMS clients of this broker, or those of one user or address, have"
                    + " reached the maximum number of open consumers, producers, transactions and temporary destinations."
                    + " Close some, raise share.user or share.address, or start the broker with a larger heap.");
        }
        taken += cost;
    }

    /** Releases the places of a resource; the selector is null where it has none. */
    void give(String selector) {
        places.give(holder, cost(selector));
        taken -= cost(selector);
    }

    /** Releases all places: the connection is gone. */
    void end() {
        places.give(holder, taken);
        taken = 0;
    }

    private static long cost(String selector) {
        return 1L + (selector == null ? 0 : selector.length() / SELECTOR_CHARS_OF_PLACE);
    }
}
