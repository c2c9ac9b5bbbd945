package io.posthorse.benchmarks.sparse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/** Measures retention: one process writes a log, and a fresh one drops and carries what has expired. */
final class CleaningRun {
    /** Time without a change after which a log is steady. */
    private static final long STEADY_SECONDS = 25;
    private static final long SECONDS_MAX = 3_600;
    /** Amount of work above which the background is busy. */
    private static final double WORK_SECONDS = 0.5;
    private static final int WARM_SECONDS = 20;
    private static final double MIB = 1 << 20;

    private final Choices choices;
    private final Filling.Kind kind;
    private final Path figures;

    CleaningRun(Choices choices, Filling.Kind kind) {
        this.choices = choices;
        this.kind = kind;
        this.figures = choices.folder().resolve("figures");
    }

    /** Writes the log, and ends without closing it. */
    void fill() throws IOException, InterruptedException {
        RunningBroker broker = RunningBroker.open(choices.data(), choices.sparse());
        Filling filling = new Filling(broker, choices, kind).begin();
        filling.write(choices.bytes());
        Files.writeString(figures, filling.number() + " " + filling.live());
        System.out.println("written: " + LogFiles.of(choices.data()));
    }

    /** Drops what has expired, and again after more log was written. */
    void clean() throws IOException, InterruptedException {
        List<String> counted = List.of(Files.readString(figures).trim().split(" "));
        RunningBroker broker = RunningBroker.open(choices.data(), false);
        Filling filling = new Filling(broker, choices, kind)
                .countFrom(Long.parseLong(counted.get(0)), Long.parseLong(counted.get(1)));
        long usable = broker.files().usableBytes();
        measure("first", broker, filling.live());
        broker.keep();
        if (choices.later() > 0) {
            broker.files().sparse(choices.sparse());
            filling.write(choices.later());
            broker.files().sparse(false);
            measure("later", broker, filling.live());
        }
        System.out.printf(Locale.ROOT, "  blocks taken meanwhile: %.0f MiB%n",
                (usable - broker.files().usableBytes()) / MIB);
    }

    private void measure(String name, RunningBroker broker, long live) throws IOException, InterruptedException {
        System.out.println(kind + ", " + name + ": before " + LogFiles.of(choices.data()));
        double background = broker.backgroundSeconds();
        long begin = System.nanoTime();
        broker.drop(choices.window());
        long changed = steady(begin, broker::backgroundSeconds);
        System.out.printf(Locale.ROOT, "  steady after %.0f s, of which the background worked %.1f s%n",
                (changed - begin) / 1e9, broker.backgroundSeconds() - background);
        tell(live);
        System.out.println("  owner: " + broker.report());
    }

    /** Runs a server that drops what has expired, and sends it requests meanwhile. */
    void serve() throws IOException, InterruptedException {
        long live = Long.parseLong(Files.readString(figures).trim().split(" ")[1]);
        System.out.println(kind + ", server: before " + LogFiles.of(choices.data()));
        try (ServerStart server = new ServerStart(choices.data(), choices.folder().resolve("server.log"));
                Probe questions = Probe.questions(server.address());
                Probe sends = Probe.sends(server.address())) {
            TimeUnit.SECONDS.sleep(WARM_SECONDS);
            questions.report();
            sends.report();
            TimeUnit.SECONDS.sleep(WARM_SECONDS);
            System.out.println("  at rest: " + questions.report() + "; " + sends.report());
            long begin = System.nanoTime();
            server.change("retention.bytes", Long.toString(choices.window()));
            long changed = steady(begin, () -> 0);
            System.out.printf(Locale.ROOT, "  steady after %.0f s%n", (changed - begin) / 1e9);
            tell(live);
            System.out.println("  meanwhile: " + questions.report() + "; " + sends.report());
            TimeUnit.SECONDS.sleep(WARM_SECONDS);
            System.out.println("  at rest again: " + questions.report() + "; " + sends.report());
            System.out.println("  " + server.figures());
        }
    }

    /**
     * Waits until the log is steady, and returns since when it is.
     *
     * @param worked seconds of background work so far: while it carries many messages, no segment is created or deleted
     */
    private long steady(long begin, DoubleSupplier worked) throws IOException, InterruptedException {
        long changed = begin;
        double workedBefore = worked.getAsDouble();
        LogFiles before = LogFiles.of(choices.data());
        while (seconds(changed) < STEADY_SECONDS && seconds(begin) < SECONDS_MAX) {
            TimeUnit.MILLISECONDS.sleep(250);
            LogFiles now = LogFiles.of(choices.data());
            if (now.segments() != before.segments() || worked.getAsDouble() - workedBefore > WORK_SECONDS) {
                changed = System.nanoTime();
                before = now;
                workedBefore = worked.getAsDouble();
            }
        }
        return changed;
    }

    private void tell(long live) throws IOException {
        LogFiles now = LogFiles.of(choices.data());
        long segment = 1L << 30;
        System.out.printf(Locale.ROOT, "  kept: %s%n  waited for %.0f MiB, window %.0f MiB; beyond window and a segment %.2f"
                + " times what is waited for; at most twice and window and a segment: %s%n", now, live / MIB,
                choices.window() / MIB,
                Math.max(0, now.logBytes() - choices.window() - segment) / (double) Math.max(1, live),
                now.logBytes() <= 2 * live + choices.window() + segment ? "yes" : "NO");
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }
}
