package io.posthorse.broker.delivery;

/** What has work to do from time to time. */
abstract class Pump {
    /** Whether it is in the list of those who have. */
    boolean isListed;
    /** Whether messages for it are read from the disk, or will be. */
    boolean isReading;

    /** Does a bounded part of it, in an open turn; whether there is more to do at once. */
    abstract boolean pump();

    /** What was read for it is at hand, or it may ask again. */
    abstract void arrived();
}
