package io.posthorse.broker;

/** A waiter for messages of a partition. */
public interface Waiter {
    /** Wakes it: the partition has got messages, or is deleted. Called once; to keep waiting, it must register again. */
    void wake();
}
