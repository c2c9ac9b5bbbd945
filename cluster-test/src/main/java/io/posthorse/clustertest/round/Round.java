package io.posthorse.clustertest.round;

import io.posthorse.clustertest.history.Event;
import io.posthorse.clustertest.history.History;
import io.posthorse.clustertest.lab.Lab;
import io.posthorse.clustertest.round.Timeline.Span;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** One round: load, some faults, peace, and the account. */
final class Round {
    private static final int WARM = 20;
    private static final Duration WARM_LIMIT = Duration.ofSeconds(60);
    private static final Duration RECOVERY_LIMIT = Duration.ofSeconds(90);
    private static final int HOLD_MS_MIN = 500;
    private static final int HOLD_MS_MAX = 5_000;
    /** Time in which the log takes up the blocks that it has in advance. */
    private static final int FILL_MS = 4_000;
    private static final long WHOLE_LIMIT_MS = 90_000;

    private final Lab lab;
    private final Clients clients;
    private final Sampler sampler;
    private final Faults faults;
    private final Random random;
    private final Summary summary;
    private final PrintStream out;
    /** What came to pass in this round, each with its span. */
    private final List<Happened> happened = new ArrayList<>();

    private record Happened(FaultKind kind, String what, Span span) {
    }

    Round(Lab lab, Clients clients, Sampler sampler, Faults faults, Random random, Summary summary,
            PrintStream out) {
        this.lab = lab;
        this.clients = clients;
        this.sampler = sampler;
        this.faults = faults;
        this.random = random;
        this.summary = summary;
        this.out = out;
    }

    /**
     * Runs it.
     *
     * @param name how the round is called in what is printed
     * @param time the number of rounds of these clients, with this one
     * @return whether nothing was wrong
     */
    boolean run(String name, int time, List<FaultKind> kinds) throws Exception {
        long begin = System.nanoTime();
        clients.stage("send", time);
        clients.awaitAcknowledged(WARM, begin, WARM_LIMIT);
        for (FaultKind kind : kinds) {
            out.println(name + ": " + kind.word() + " ...");
            fault(kind);
        }
        clients.stage("stop", time);
        clients.stage("drain", time);
        List<Event> events = new ArrayList<>(clients.events());
        events.addAll(clients.readReplicas());
        History history = new History(events);
        for (Happened one : happened) {
            Timeline times = Timeline.of(one.span(), sampler.samples(), history, lab.nodes().size());
            summary.add(one.kind(), times);
            out.println(name + ": " + one.what() + ", healed after "
                    + seconds(one.span().healed() - one.span().fault()) + ": " + times);
        }
        Account account = new Account(history);
        out.println(name + ": " + account.figures() + ": " + (account.isClean() ? "all accounted for" : "WRONG") + ", "
                + seconds(System.nanoTime() - begin));
        account.details().forEach(line -> out.println("  " + line));
        return account.isClean();
    }

    private void fault(FaultKind kind) throws Exception {
        String leader = sampler.leader();
        long before = System.nanoTime();
        Faults.Injected injected = faults.inject(kind, leader);
        long injectedAt = System.nanoTime();
        int hold = HOLD_MS_MIN + random.nextInt(HOLD_MS_MAX - HOLD_MS_MIN) + (kind == FaultKind.DISK_FULL ? FILL_MS : 0);
        TimeUnit.MILLISECONDS.sleep(Math.max(0, hold - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - before)));
        injected.heal().run();
        long healed = System.nanoTime();
        long over = clients.awaitAcknowledged(WARM, healed, RECOVERY_LIMIT);
        if (!sampler.awaitWhole(lab.nodes().size(), WHOLE_LIMIT_MS)) {
            throw new IllegalStateException(WHOLE_LIMIT_MS / 1000 + " s after \"" + injected.what()
                    + "\" was healed, not all nodes have everything");
        }
        happened.add(new Happened(kind, injected.what(), new Span(kind.beginsAtOnce() ? before : injectedAt, healed, over,
                injected.node())));
    }

    private static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.1f s", nanos / 1e9);
    }
}
