package io.posthorse.platform;

/** The time as the rest of the program may know it. Any wall-clock value is legal input, also one that runs backwards. */
public interface Clock {
    /** Returns the wall-clock time in milliseconds since 1970. It may jump in either direction. */
    long wallMs();

    /** Returns the monotonic time in nanoseconds from an arbitrary origin, for durations and deadlines. */
    long nanos();

    /** Returns the machine's clock. */
    static Clock system() {
        return new Clock() {
            @Override
            public long wallMs() {
                return System.currentTimeMillis();
            }

            @Override
            public long nanos() {
                return System.nanoTime();
            }
        };
    }
}
