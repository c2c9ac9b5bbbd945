package io.posthorse.broker.delivery;

/** The receiver of a consumer's messages. Called on the owner's thread. */
public interface Receiver {
    /** Returns whether it can take a message now; if not, it wakes the feed once it can. */
    boolean isReady();

    /** Takes a message, which the consumer holds until it is settled or given back. */
    void receive(Delivery delivery);

    /** Notes that all messages available now were handed over. */
    void flush();
}
