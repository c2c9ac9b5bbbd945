package io.posthorse.benchmarks.features;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** CPU time and memory of the broker's process, as Linux accounts for them. */
final class ServerProcess {
    private static final double TICKS_PER_SECOND = 100;
    private static final int UTIME = 11;
    private static final int STIME = 12;

    private final Path directory;
    private double since;

    ServerProcess(long pid) {
        directory = Path.of("/proc", Long.toString(pid));
    }

    private double seconds() throws IOException {
        String stat = Files.readString(directory.resolve("stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[UTIME]) + Long.parseLong(fields[STIME])) / TICKS_PER_SECOND;
    }

    /** Sets the start of {@link #cpuSeconds}. */
    void mark() throws IOException {
        since = seconds();
    }

    /** Returns CPU seconds since the mark, of all cores and including the compilers. */
    double cpuSeconds() throws IOException {
        return seconds() - since;
    }

    /** Returns resident memory in MB, including pages of files, which the kernel can drop at any time. */
    long residentMb() throws IOException {
        return memoryMb("VmRSS:");
    }

    /** Returns the process's own resident memory in MB: heap, code, stacks, buffers. */
    long ownMb() throws IOException {
        return memoryMb("RssAnon:");
    }

    private long memoryMb(String name) throws IOException {
        return Files.readAllLines(directory.resolve("status")).stream()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                .findFirst()
                .orElse(-1);
    }
}
