package io.posthorse.example.flashsale;

/** The outcome of a request to buy. */
public enum Outcome {
    /** The request is in the queue, without a decision. */
    QUEUED,
    /** The buyer gets an item. */
    WON,
    /** No item was left. */
    SOLD_OUT
}
