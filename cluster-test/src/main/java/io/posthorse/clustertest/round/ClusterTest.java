package io.posthorse.clustertest.round;

import io.posthorse.clustertest.lab.Lab;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The program of {@code bin/cluster-test}; it runs in the directory of a checkout. */
public final class ClusterTest {
    private static final int WRONG = 1;
    private static final int USAGE = 2;
    private static final int SKIPPED = 3;

    private final Options options;
    private final Path home;
    private final PrintStream out;
    private final Summary summary = new Summary();

    private ClusterTest(Options options, Path home, PrintStream out) {
        this.options = options;
        this.home = home;
        this.out = out;
    }

    public static void main(String[] args) {
        System.exit(run(Path.of("").toAbsolutePath(), System.out, args));
    }

    /** Runs it in a checkout; returns the exit code. */
    public static int run(Path home, PrintStream out, String... args) {
        try {
            Options options = Options.parse(args);
            if (options.help()) {
                out.print(Options.usage());
                return 0;
            }
            for (String line : Lab.clean()) {
                out.println(line);
            }
            return options.clean() ? 0 : new ClusterTest(options, home, out).run();
        } catch (IllegalArgumentException e) {
            out.println(e.getMessage());
            return USAGE;
        } catch (Lab.MissingException e) {
            out.println("Skipped. " + e.getMessage());
            return SKIPPED;
        } catch (IOException e) {
            out.println("The test cannot go on: " + e.getMessage());
            return WRONG;
        } catch (Exception e) {
            e.printStackTrace(out);
            return WRONG;
        }
    }

    private int run() throws Exception {
        List<FaultKind> kinds = possible();
        if (kinds.isEmpty()) {
            out.println("Skipped: none of these faults can be made here.");
            return SKIPPED;
        }
        out.println("cluster test: " + options.rounds() + " rounds of " + options.faultsEach() + " faults among "
                + String.join(",", kinds.stream().map(FaultKind::word).toList()) + ", nodes " + options.nodes() + ", seed "
                + options.seed());
        int wrong = 0;
        for (int first = 1; first <= options.rounds(); first += options.labRounds()) {
            wrong += lab(first, Math.min(options.rounds(), first + options.labRounds() - 1), kinds);
        }
        summary.lines().forEach(out::println);
        out.println((wrong == 0 ? "PASS" : "FAIL: " + wrong + " rounds") + ", rounds " + options.rounds() + ", seed "
                + options.seed());
        return wrong == 0 ? 0 : WRONG;
    }

    /** Returns the wanted faults without those that this system cannot do, and says which these are. */
    private List<FaultKind> possible() {
        List<FaultKind> kinds = new ArrayList<>(options.faults());
        if (kinds.contains(FaultKind.CLOCK) && !Lab.canShiftClocks(home)) {
            out.println("clock is left out: the library that shifts a node's clock needs a C compiler (cc).");
            kinds.removeIf(kind -> kind == FaultKind.CLOCK);
        }
        if (kinds.contains(FaultKind.SLOW_DISK) && !Lab.canSlowDisks()) {
            out.println("slow-disk is left out: no control groups here slow disks (blkio, or io for groups).");
            kinds.removeIf(kind -> kind == FaultKind.SLOW_DISK);
        }
        return kinds;
    }

    /**
     * Runs some rounds with the same nodes; after one that was wrong, the rest with new ones. Returns how many were
     * wrong.
     */
    private int lab(int from, int to, List<FaultKind> kinds) throws Exception {
        Lab lab = Lab.create(home, options.nodes(), options.settings());
        lab.slower(options.slower());
        Thread hook = new Thread(() -> close(lab), "close-lab");
        Runtime.getRuntime().addShutdownHook(hook);
        int wrong = 0;
        try {
            wrong = rounds(lab, from, to, kinds);
        } finally {
            if (options.keep()) {
                lab.keepFolder();
                out.println("kept: " + lab.folder());
            }
            Runtime.getRuntime().removeShutdownHook(hook);
            lab.close();
        }
        return wrong;
    }

    private void close(Lab lab) {
        try {
            lab.close();
        } catch (Exception e) {
            out.println("The lab is not wholly undone: " + e.getMessage() + " Run bin/cluster-test --clean.");
        }
    }

    private int rounds(Lab lab, int from, int to, List<FaultKind> kinds) throws Exception {
        for (var node : lab.nodes()) {
            node.begin();
        }
        for (var node : lab.nodes()) {
            node.awaitReady();
        }
        try (ClusterView view = lab.nodes().size() == 1
                ? new LoneNode(lab.nodes().getFirst()) : StatusCommand.start(lab, home);
                Sampler sampler = new Sampler(view)) {
            Clients clients = new Clients(lab, home);
            Faults faults = new Faults(lab, new Random(options.seed() + from), options.upgradeTo());
            clients.start(options.seed());
            for (int number = from; number <= to; number++) {
                Random random = new Random(options.seed() * 31 + number);
                List<FaultKind> chosen = new ArrayList<>();
                for (int i = 0; i < options.faultsEach(); i++) {
                    chosen.add(kinds.get(random.nextInt(kinds.size())));
                }
                Round round = new Round(lab, clients, sampler, faults, random, summary, out);
                if (!round.run("round " + number, number - from + 1, chosen)) {
                    if (number < to) {
                        out.println("rounds " + (number + 1) + " to " + to
                                + " of this lab are left out: all messages are in one"
                                + " account, so they would find the same again");
                    }
                    return 1;
                }
            }
        }
        return 0;
    }
}
