package io.posthorse.benchmarks.sparse;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** How long a server takes to start on a large log after it was killed, beside one that starts on an empty directory. */
final class StartRun {
    /** Within it a server takes the checkpoint that it takes early. */
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
        try (ServerStart warm = emptyStart()) { // also has the archive of classes made
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

    /** A server that has worked, and is killed while much of its log is behind its checkpoint. */
    private void killed() throws IOException, InterruptedException {
        ServerStart server = new ServerStart(choices.data(), output);
        TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
        server.load(choices.behind());
        server.kill();
    }
}
