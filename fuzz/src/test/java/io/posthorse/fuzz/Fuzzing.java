package io.posthorse.fuzz;

import com.sun.management.ThreadMXBean;
import io.posthorse.fuzz.reading.Require;
import io.posthorse.fuzz.reading.Target;
import java.lang.management.ManagementFactory;

/** The entry point for Jazzer: runs the target named by the property {@code fuzz.target}, with the limits of all targets. */
public final class Fuzzing {
    /** Maximum CPU time for an input; the caller's timeout ends an endless loop. */
    private static final long NANOS_MAX = 5_000_000_000L;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static Target target;

    private Fuzzing() {}

    /** Initializes the target; Jazzer calls it once. */
    public static void fuzzerInitialize() {
        target = Targets.named(System.getProperty("fuzz.target"));
    }

    /** Runs the target; Jazzer calls it with each input. */
    public static void fuzzerTestOneInput(byte[] input) throws Throwable {
        read(target, input);
    }

    /** Runs a target on an input and checks the cost; again, where the first run may have loaded classes. */
    static void read(Target by, byte[] input) throws Throwable {
        String cost = cost(by, input);
        Require.that(cost == null || cost(by, input) == null, cost);
    }

    /** Returns which limit was exceeded, or null. */
    private static String cost(Target by, byte[] input) throws Throwable {
        long allocated = THREADS.getCurrentThreadAllocatedBytes();
        long nanos = THREADS.getCurrentThreadCpuTime();
        by.read(input);
        long bytes = THREADS.getCurrentThreadAllocatedBytes() - allocated;
        long took = THREADS.getCurrentThreadCpuTime() - nanos;
        return bytes <= by.allocated(input.length) && took <= NANOS_MAX
                ? null
                : bytes + " bytes allocated in " + took / 1_000_000 + " ms for an input of " + input.length;
    }
}
