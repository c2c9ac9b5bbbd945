package io.posthorse.broker.delivery;

/** Who a consumer's messages are handed to. Called on the owner's thread. */
public interface Receiver {
    /** Whether it can take a message now; who could not wakes the feed when it can. */
    boolean isReady();

    /** A message is the consumer's until it is settled or given back. */
    void receive(Delivery delivery);

    /** Everything for now has been handed over. */
    void flush();
}
