package io.posthorse.fuzz;

import com.sun.management.ThreadMXBean;
import io.posthorse.fuzz.reading.Require;
import io.posthorse.fuzz.reading.Target;
import java.lang.management.ManagementFactory;

/** What Jazzer calls: one target, named by the property {@code fuzz.target}, and the bounds that hold of all of them. */
public final class Fuzzing {
    /** Time of the processor that no input may take; an endless loop is ended by the clock of whoever runs it. */
    private static final long NANOS_MAX = 5_000_000_000L;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static Target target;

    private Fuzzing() {}

    /** Called by Jazzer once. */
    public static void fuzzerInitialize() {
        target = Targets.named(System.getProperty("fuzz.target"));
    }

    /** Called by Jazzer with each input. */
    public static void fuzzerTestOneInput(byte[] input) throws Throwable {
        read(target, input);
    }

    /** Has a target read an input, and looks at what that costs: twice, where the first time it may have loaded classes. */
    static void read(Target by, byte[] input) throws Throwable {
        String cost = cost(by, input);
        Require.that(cost == null || cost(by, input) == null, cost);
    }

    /** What is too dear; null where nothing is. */
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
