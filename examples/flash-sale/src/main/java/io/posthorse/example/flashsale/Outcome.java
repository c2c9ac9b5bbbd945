package io.posthorse.example.flashsale;

/** What became of a request to buy. */
public enum Outcome {
    /** In the queue, nothing is decided. */
    QUEUED,
    /** The buyer has an item. */
    WON,
    /** There was none left. */
    SOLD_OUT
}
