package io.posthorse.clustertest.history;

/** How a message came to a consumer. */
public enum Way {
    /** Pulled by offset, in order. */
    PULL,
    /** Popped, and settled one by one. */
    POP,
    /** Pushed to many threads; what fails comes again. */
    PUSH,
    /** Pushed in the order of each partition. */
    ORDERLY,
    /** Received from a JMS queue, and acknowledged one by one. */
    JMS;

    /** Returns whether the first deliveries of a partition come in the order of offsets. */
    public boolean ordered() {
        return this == PULL || this == ORDERLY;
    }
}
