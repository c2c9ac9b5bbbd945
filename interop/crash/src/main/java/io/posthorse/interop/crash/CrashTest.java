package io.posthorse.interop.crash;

import io.posthorse.interop.crash.Body.Place;
import io.posthorse.interop.harness.BrokerProcess;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Kills the broker under load at random moments, or cuts the power of its disk, starts it again, and checks that all
 * acknowledged messages are there.
 */
public final class CrashTest {

    private static final String USAGE = "usage: [--rounds N] [--flush async|sync] [--cut kill|power] [--seed N]"
            + " [--data FOLDER]";
    private static final List<String> TOPICS = List.of("crash-a", "crash-b");
    private static final int QUEUES = 4;
    private static final int MESSAGES_PER_ROUND = 20_000;
    private static final int LONGEST_MILLIS = 1_500;
    /** Time in which RocketMQ rebuilds its queues, before which it does not show some messages. */
    private static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final int rounds;
    private final String flush;
    private final boolean power;
    private final long seed;
    private final Path folder;
    private final PrintStream out;
    private final Ledger ledger = new Ledger();
    private final Verifier verifier = new Verifier();

    /**
     * Creates a test, which keeps the broker's data in a directory.
     *
     * @param power whether the power of the disk is cut, in a file system in that directory; only with sync flush, since
     * with
     *     async flush a power cut may lose the last acknowledged messages
     */
    public CrashTest(int rounds, String flush, boolean power, long seed, Path folder, PrintStream out) {
        if (rounds < 1 || !List.of("async", "sync").contains(flush)) {
            throw new IllegalArgumentException(USAGE);
        }
        if (power && !flush.equals("sync")) {
            throw new IllegalArgumentException("--cut power goes with --flush sync: asynchronous flushing promises nothing"
                    + " of the last moments before the power is gone");
        }
        this.power = power;
        this.rounds = rounds;
        this.flush = flush;
        this.seed = seed;
        this.folder = folder;
        this.out = out;
    }

    /** Runs the test; exits with 0 where nothing was wrong, else with 1. */
    public static void main(String[] args) throws Exception {
        int rounds = 10;
        String flush = "async";
        String cut = "kill";
        long seed = System.nanoTime();
        Path folder = null;
        for (int i = 0; i + 1 < args.length; i += 2) {
            switch (args[i]) {
                case "--rounds" -> rounds = Integer.parseInt(args[i + 1]);
                case "--flush" -> flush = args[i + 1];
                case "--cut" -> cut = args[i + 1];
                case "--seed" -> seed = Long.parseLong(args[i + 1]);
                case "--data" -> folder = Path.of(args[i + 1]);
                default -> throw new IllegalArgumentException(USAGE);
            }
        }
        if (args.length % 2 != 0 || !List.of("kill", "power").contains(cut)) {
            throw new IllegalArgumentException(USAGE);
        }
        Path data = folder == null ? Files.createTempDirectory("posthorse-crash") : folder;
        boolean clean = new CrashTest(rounds, flush, cut.equals("power"), seed, data, System.out).run();
        System.exit(clean ? 0 : 1);
    }

    /** Runs all rounds; returns whether no round lost or invented anything. */
    public boolean run() throws Exception {
        if (!power) {
            return run(null);
        }
        try (Volume volume = Volume.create(folder, "data")) {
            return run(volume);
        }
    }

    private boolean run(Volume volume) throws Exception {
        out.println("crash test: rounds " + rounds + ", flush " + flush + ", seed " + seed
                + (power ? ", power cuts" : ""));
        Random random = new Random(seed);
        Map<String, String> settings = Map.of("flushDiskType", flush.equals("sync") ? "SYNC_FLUSH" : "ASYNC_FLUSH");
        try (BrokerProcess broker = BrokerProcess.start(folder, settings)) {
            Findings findings = null;
            for (int round = 1; round <= rounds; round++) {
                long after = crash(broker, volume, round, random);
                broker.start();
                findings = check(broker, round);
                out.println("round " + round + ": killed after " + after + " ms, " + findings.summary());
                if (!findings.clean()) {
                    break;
                }
            }
            broker.stop();
            out.println((findings.clean() ? "PASS" : "FAIL") + " rounds " + rounds + ", " + findings.summary()
                    + ", seed " + seed);
            out.print(findings.details());
            return findings.clean();
        }
    }

    private long crash(BrokerProcess broker, Volume volume, int round, Random random) throws Exception {
        long wait = random.nextInt(LONGEST_MILLIS);
        try (Load load = new Load(broker.nameServer(), ledger, Integer.toString(round), MESSAGES_PER_ROUND)) {
            load.start(load.queues(TOPICS, QUEUES));
            if (!load.awaitUnderWay()) {
                throw new IllegalStateException("hardly any acknowledgement in round " + round + "\n" + broker.tail());
            }
            TimeUnit.MILLISECONDS.sleep(wait);
            if (volume != null) {
                volume.cut();
            }
            broker.kill();
        }
        if (volume != null) {
            volume.restore();
        }
        return wait;
    }

    private Findings check(BrokerProcess broker, int round) throws Exception {
        long end = System.nanoTime() + SETTLE_NANOS;
        for (int attempt = 0;; attempt++) {
            Map<Place, NavigableMap<Long, byte[]>> queues =
                    Reading.all(broker.nameServer(), round + "-" + attempt, TOPICS);
            Findings findings = verifier.verify(ledger, queues);
            if (findings.clean() || System.nanoTime() > end) {
                verifier.remember(queues);
                return findings;
            }
            TimeUnit.MILLISECONDS.sleep(500);
        }
    }
}
