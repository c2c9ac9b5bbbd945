package io.posthorse.testkit;

import io.posthorse.platform.Entropy;

/** A source of random numbers that one seed determines (SplitMix64). */
public final class SeededEntropy implements Entropy {
    private long state;

    public SeededEntropy(long seed) {
        state = seed;
    }

    @Override
    public long nextLong() {
        state += 0x9E3779B97F4A7C15L;
        long z = state;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** Returns true in {@code chance} of a hundred cases. */
    public boolean percent(int chance) {
        return below(100) < chance;
    }
}
