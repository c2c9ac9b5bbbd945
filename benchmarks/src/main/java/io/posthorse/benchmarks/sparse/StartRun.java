package io.posthorse.benchmarks.sparse;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Measures the start of a server on a large log after a kill, compared with a start on an empty directory. */
final class StartRun {
    /** Time within which a server takes its first checkpoint. */
    private static final int SETTLE_SECONDS = 5;

    private final Choices choices;
    private final Path empty;
    private final Path output;

    StartRun(Choices choices) {
        this.choices = choices;
        this.empty = choices.folder().resolve("empty");
        this.output = choices.folder().resolve("server.log");
    }

    void run() throws IOException, InterruptedException {
        try (ServerStart warm = emptyStart()) { // also creates the archive of classes
            TimeUnit.SECONDS.sleep(1);
        }
        List<Double> empties = new ArrayList<>();
        List<Double> larges = new ArrayList<>();
        for (int round = 0; round < choices.rounds(); round++) {
            ServerStart first = emptyStart();
            empties.add(first.sentMs());
            System.out.printf(Locale.ROOT, "  empty: port %.0f ms, message %.0f ms; %s%n", first.portMs(), first.sentMs(),
                    first.figures());
            first.kill();
            killed();
            ServerStart large = new ServerStart(choices.data(), output);
            larges.add(large.sentMs());
            System.out.printf(Locale.ROOT, "  large: port %.0f ms, message %.0f ms; %s%n", large.portMs(), large.sentMs(),
                    large.figures());
            large.kill();
        }
        ServerStart last = new ServerStart(choices.data(), output);
        TimeUnit.SECONDS.sleep(4 * SETTLE_SECONDS);
        System.out.println("  after " + 4 * SETTLE_SECONDS + " s: " + last.figures() + "; " + LogFiles.of(choices.data()));
        last.kill();
        Collections.sort(empties);
        Collections.sort(larges);
        double emptyMs = empties.get(empties.size() / 2);
        double largeMs = larges.get(larges.size() / 2);
        System.out.printf(Locale.ROOT, "START: medians %.0f ms and, empty, %.0f ms: %.2f times, at most 1.5: %s%n", largeMs,
                emptyMs, largeMs / emptyMs, largeMs <= 1.5 * emptyMs ? "yes" : "NO");
    }

    private ServerStart emptyStart() throws IOException, InterruptedException {
        LogFiles.delete(empty);
        return new ServerStart(empty, output);
    }

    /** Kills a working server while much of its log is behind its checkpoint. */
    private void killed() throws IOException, InterruptedException {
        ServerStart server = new ServerStart(choices.data(), output);
        TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
        server.load(choices.behind());
        server.kill();
    }
}
