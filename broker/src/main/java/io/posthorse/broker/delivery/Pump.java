package io.posthorse.broker.delivery;

/** A pump: a unit of distribution work that runs from time to time. */
abstract class Pump {
    /** Whether it is in the list of pumps with work. */
    boolean isListed;
    /** Whether messages for it are being read from the disk, or will be. */
    boolean isReading;

    /** Does a bounded part of the work, in an open turn; returns whether there is more to do at once. */
    abstract boolean pump();

    /** Notes that its messages are resident, or that it may ask again. */
    abstract void arrived();
}
