package io.posthorse.testkit;

import io.posthorse.platform.Clock;

/** A clock that stands still until it is moved. Its wall-clock time can differ from the monotonic time. */
public final class SimulatedClock implements Clock {
    private long wallMs;
    private long nanos;

    public SimulatedClock(long wallMs) {
        this.wallMs = wallMs;
    }

    @Override
    public long wallMs() {
        return wallMs;
    }

    @Override
    public long nanos() {
        return nanos;
    }

    /** Advances the time. */
    public void advance(long ms) {
        wallMs += ms;
        nanos += ms * 1_000_000;
    }

    /** Sets the wall clock forward or back, as an operator or a time service does; the monotonic time does not change. */
    public void jump(long ms) {
        wallMs += ms;
    }
}
