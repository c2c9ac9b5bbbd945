package io.posthorse.interop.soak;

import io.posthorse.interop.harness.BrokerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs a broker under mixed load, prints its resources each minute, and at the end whether they have grown. */
public final class Soak {
    private static final String USAGE = "usage: [--minutes N] [--data FOLDER]";
    /** Time in which caches fill, code is compiled, and the heap finds its size. */
    private static final int WARM_MINUTES = 5;

    private Soak() {}

    public static void main(String[] args) throws Exception {
        int minutes = 30;
        Path folder = null;
        for (int i = 0; i + 1 < args.length; i += 2) {
            switch (args[i]) {
                case "--minutes" -> minutes = Integer.parseInt(args[i + 1]);
                case "--data" -> folder = Path.of(args[i + 1]);
                default -> throw new IllegalArgumentException(USAGE);
            }
        }
        if (args.length % 2 != 0 || minutes < 1) {
            throw new IllegalArgumentException(USAGE);
        }
        System.exit(run(minutes, folder == null ? Files.createTempDirectory("posthorse-soak") : folder) ? 0 : 1);
    }

    /** Returns whether nothing failed and nothing grew. */
    private static boolean run(int minutes, Path folder) throws Exception {
        List<Figures> figures = new ArrayList<>();
        List<Work> work = new ArrayList<>();
        try (BrokerProcess broker = BrokerProcess.start(folder, Map.of("mappedFileSizeCommitLog", "33554432"));
                RocketmqWork rocketmq = new RocketmqWork(broker.nameServer());
                JmsWork jms = new JmsWork(broker.jms())) {
            work.addAll(rocketmq.start());
            work.addAll(jms.start());
            System.out.println("minute | resident MB | own MB | threads | descriptors | mappings | received");
            for (int minute = 1; minute <= minutes; minute++) {
                TimeUnit.MINUTES.sleep(1);
                Figures now = Figures.of(broker.pid());
                figures.add(now);
                System.out.println(minute + " | " + now.residentMb() + " | " + now.ownMb() + " | " + now.threads() + " | "
                        + now.descriptors() + " | " + now.mappings() + " | " + rocketmq.received() + " + " + jms.received());
            }
            for (Work one : work) {
                one.stop();
            }
            broker.stop();
        }
        work.forEach(System.out::println);
        return isFlat(figures) & work.stream().allMatch(one -> one.failed() == 0);
    }

    /** Compares the last third with the third after the warm-up; prints and returns whether nothing grew. */
    private static boolean isFlat(List<Figures> all) {
        if (all.size() < WARM_MINUTES + 6) {
            System.out.println("too short to say whether anything grows");
            return true;
        }
        List<Figures> warm = all.subList(WARM_MINUTES, all.size());
        Figures before = highest(warm.subList(0, warm.size() / 3));
        Figures after = highest(warm.subList(warm.size() - warm.size() / 3, warm.size()));
        boolean flat = after.ownMb() <= before.ownMb() * 1.1 + 8 && after.threads() <= before.threads() + 2
                && after.descriptors() <= before.descriptors() + 20 && after.mappings() <= before.mappings() + 40;
        System.out.println((flat ? "FLAT" : "GREW") + ": highest of the first third " + before + ", of the last " + after);
        return flat;
    }

    private static Figures highest(List<Figures> of) {
        return of.stream().reduce((a, b) -> new Figures(
                Math.max(a.residentMb(), b.residentMb()), Math.max(a.ownMb(), b.ownMb()),
                Math.max(a.threads(), b.threads()), Math.max(a.descriptors(), b.descriptors()),
                Math.max(a.mappings(), b.mappings()))).orElseThrow();
    }
}
