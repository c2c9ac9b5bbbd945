package io.posthorse.platform;

import java.security.SecureRandom;

/** A source of random numbers, so that a simulation can supply its own. */
public interface Entropy {
    long nextLong();

    /** Returns a number from 0 to {@code bound - 1}. */
    default int below(int bound) {
        return (int) Long.remainderUnsigned(nextLong(), bound);
    }

    /** Returns the operating system's source of unpredictable numbers. */
    static Entropy system() {
        SecureRandom random = new SecureRandom();
        return random::nextLong;
    }
}
