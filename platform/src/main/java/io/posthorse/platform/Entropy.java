package io.posthorse.platform;

import java.security.SecureRandom;

/** Random numbers, so that a simulation can supply its own. */
public interface Entropy {
    long nextLong();

    /** A number from 0 to {@code bound - 1}. */
    default int below(int bound) {
        return (int) Long.remainderUnsigned(nextLong(), bound);
    }

    /** Unpredictable numbers from the operating system. */
    static Entropy system() {
        SecureRandom random = new SecureRandom();
        return random::nextLong;
    }
}
