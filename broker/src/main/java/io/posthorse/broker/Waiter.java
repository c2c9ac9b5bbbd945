package io.posthorse.broker;

/** Somebody who waits for a partition to get messages. */
public interface Waiter {
    /** The partition has got messages, or is gone. Called once; register again to wait on. */
    void wake();
}
