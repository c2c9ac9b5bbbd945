package io.posthorse.benchmarks.sparse;

import io.posthorse.broker.Broker;
import io.posthorse.broker.BrokerSettings;
import io.posthorse.broker.PendingReplies;
import io.posthorse.broker.PostponedLimits;
import io.posthorse.broker.Retention;
import io.posthorse.broker.Shard;
import io.posthorse.format.rocketmq.RocketmqSettings;
import io.posthorse.format.rocketmq.StoredFormat;
import io.posthorse.log.LogSettings;
import io.posthorse.net.NetSettings;
import io.posthorse.net.Network;
import io.posthorse.platform.Background;
import io.posthorse.platform.Clock;
import io.posthorse.platform.DiskFileStore;
import io.posthorse.platform.DiskThread;
import io.posthorse.platform.QuotaShares;
import io.posthorse.platform.Timers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/** A broker with the threads of a server but without ports; each step of its owner is timed. */
final class RunningBroker {
    private static final long CHECKPOINT_BYTES = 128L << 20;
    private static final Retention ALL = new Retention(Long.MAX_VALUE, 0, 1, ms -> false);
    private static final int MANY = 100_000;

    private final SparseFiles files;
    private final Network network;
    private final DiskThread disk;
    private final OwnerSteps steps = new OwnerSteps();
    private final AtomicLong backgroundNanos = new AtomicLong();
    private Shard shard;

    private RunningBroker(Path directory, boolean sparse) throws IOException {
        files = new SparseFiles(DiskFileStore.open(directory), sparse);
        network = new Network(new NetSettings(1, 60, 1 << 20, QuotaShares.WHOLE, true), Clock.system());
        disk = new DiskThread("sparse-disk", task -> network.owner().execute(steps.timed("answer of the background", task)));
    }

    /** Opens a directory with a broker that drops nothing yet. */
    static RunningBroker open(Path directory, boolean sparse) throws IOException {
        RunningBroker made = new RunningBroker(directory, sparse);
        made.shard = made.network.onOwner(made::start);
        return made;
    }

    private Shard start() throws IOException {
        Background background = (job, done) -> disk.run(() -> {
            long from = System.nanoTime();
            try {
                job.run();
            } finally {
                backgroundNanos.addAndGet(System.nanoTime() - from);
            }
        }, done);
        BrokerSettings settings = new BrokerSettings(
                MANY, MANY, 1_024, RocketmqSettings.INTERNAL_TOPICS, List.of(1_000L),
                new PostponedLimits(10_000_000, 1_000_000, 30_000, 15), CHECKPOINT_BYTES, 500, 4L << 30, ALL);
        Broker broker = Broker.open(
                files, LogSettings.standard(false), background, settings, List.of(new StoredFormat()));
        broker.faults().onFault((what, cause) -> System.out.println("fault while " + what + ": " + cause));
        Timers timers = network.timers();
        Shard made = new Shard(
                broker, Clock.system(), (delayMs, task) -> timers.after(delayMs, steps.timed("timer", task)),
                task -> network.owner().execute(steps.timed("end of a turn", task)));
        made.onFailure(cause -> System.out.println("the disk failed: " + cause));
        made.start();
        return made;
    }

    SparseFiles files() {
        return files;
    }

    OwnerSteps steps() {
        return steps;
    }

    /** Returns seconds of background work so far. */
    double backgroundSeconds() {
        return backgroundNanos.get() / 1e9;
    }

    /** Work on the owner's thread in an open turn. */
    interface Work<T> {
        T in(Broker broker) throws IOException;
    }

    /** Runs work on the owner's thread. Only the end of its turn counts as a step. */
    <T> T turn(Work<T> work) throws IOException {
        return network.onOwner(() -> work.in(shard.turn()));
    }

    /** Waits until a producer would get its answer, which is delayed while the disk lags behind. */
    void awaitAnswer() throws IOException, InterruptedException {
        CountDownLatch answered = new CountDownLatch(1);
        network.onOwner(() -> {
            long position = shard.turn().tail();
            shard.park(new PendingReplies() {
                @Override
                public boolean committed(long below) {
                    boolean waits = below < position;
                    if (!waits) {
                        answered.countDown();
                    }
                    return waits;
                }

                @Override
                public void failed(IOException cause) {
                    answered.countDown();
                }
            });
            return null;
        });
        answered.await();
    }

    /** Begins to count steps, and to drop what is beyond the retention window. */
    void drop(long window) throws IOException {
        network.onOwner(() -> {
            steps.begin();
            shard.retention(new Retention(Long.MAX_VALUE, window, 1, ms -> false));
            return null;
        });
    }

    /** Stops dropping and counting. */
    void keep() throws IOException {
        network.onOwner(() -> {
            steps.end();
            shard.retention(ALL);
            return null;
        });
    }

    /** Returns the counts. */
    String report() throws IOException {
        return network.onOwner(steps::report);
    }
}
