package io.posthorse.benchmarks.sparse;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Linux's counters of the calling thread.
 *
 * @param waitNanos time in which it was ready to run and no processor was free
 * @param pages pages that were mapped into its memory
 * @param pagesRead those of them that were read from the disk
 */
record KernelCounts(long waitNanos, long pages, long pagesRead) {
    private static final KernelCounts NONE = new KernelCounts(0, 0, 0);
    private static final int MINOR = 7;
    private static final int MAJOR = 9;

    /** Reads the counters of this thread. */
    static final class Reader {
        private final byte[] buffer = new byte[1_024];
        private RandomAccessFile schedule;
        private RandomAccessFile faults;

        KernelCounts now() {
            try {
                if (schedule == null) {
                    Path thread = Path.of("/proc/thread-self").toRealPath();
                    schedule = new RandomAccessFile(thread.resolve("schedstat").toFile(), "r");
                    faults = new RandomAccessFile(thread.resolve("stat").toFile(), "r");
                }
                String[] stat = text(faults).replaceFirst(".*\\) ", "").split(" ");
                return new KernelCounts(
                        Long.parseLong(text(schedule).split(" ")[1]), Long.parseLong(stat[MINOR]),
                        Long.parseLong(stat[MAJOR]));
            } catch (IOException e) {
                return NONE; // not Linux
            }
        }

        private String text(RandomAccessFile file) throws IOException {
            file.seek(0);
            int length = Math.max(0, file.read(buffer));
            return new String(buffer, 0, length, StandardCharsets.US_ASCII).trim();
        }
    }

    /** Returns how often a thread of the machine had to reclaim memory itself before an allocation. */
    static long stalls() {
        try {
            List<String> lines = Files.readAllLines(Path.of("/proc/vmstat"));
            return lines.stream().filter(line -> line.startsWith("allocstall") || line.startsWith("compact_stall"))
                    .mapToLong(line -> Long.parseLong(line.split(" ")[1])).sum();
        } catch (IOException e) {
            return 0;
        }
    }

    /** Returns the difference to earlier counters. */
    String since(KernelCounts before) {
        return String.format(Locale.ROOT, "%.1f without a processor, %d pages of which %d were read",
                (waitNanos - before.waitNanos) / 1e6, pages - before.pages, pagesRead - before.pagesRead);
    }
}
