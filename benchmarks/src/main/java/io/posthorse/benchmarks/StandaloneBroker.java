package io.posthorse.benchmarks;

import io.posthorse.broker.Broker;
import io.posthorse.broker.BrokerSettings;
import io.posthorse.broker.Message;
import io.posthorse.broker.Partition;
import io.posthorse.broker.PostponedLimits;
import io.posthorse.broker.Retention;
import io.posthorse.broker.Shard;
import io.posthorse.broker.TopicSettings;
import io.posthorse.format.rocketmq.RocketmqSettings;
import io.posthorse.format.rocketmq.StoredFormat;
import io.posthorse.log.LogSettings;
import io.posthorse.platform.Background;
import io.posthorse.platform.Clock;
import io.posthorse.platform.DiskFileStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.List;

/** A broker on a temporary directory, without sockets and timers; its caller ends the turns. */
final class StandaloneBroker implements AutoCloseable {
    private final Scratch scratch;
    private final DiskFileStore files;
    private final Shard shard;
    private final Partition partition;
    private final ArrayDeque<Runnable> owner = new ArrayDeque<>();

    StandaloneBroker() {
        try {
            scratch = Scratch.create();
            files = DiskFileStore.open(scratch.directory());
            BrokerSettings settings = new BrokerSettings(
                    1_000, 1_000, 64, RocketmqSettings.INTERNAL_TOPICS, List.of(1_000L),
                    new PostponedLimits(1_000_000, 1_000_000, 30_000, 15), Long.MAX_VALUE, 500, 4L << 30,
                    new Retention(Long.MAX_VALUE, 0, 1, ms -> false));
            Broker broker = Broker.open(
                    files, new LogSettings(256 << 20, 64 << 20, 1 << 20, false), this::work, settings,
                    List.of(new StoredFormat()));
            shard = new Shard(broker, Clock.system(), (delayMs, task) -> () -> { }, owner::add);
            partition = shard.turn().createOrUpdate(Samples.TOPIC, TopicSettings.of(1)).partition(0);
            endTurn();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void work(Background.Job job, Background.Done done) {
        IOException failure = null;
        try {
            job.run();
        } catch (IOException e) {
            failure = e;
        }
        IOException outcome = failure;
        owner.add(() -> done.accept(outcome));
    }

    Broker broker() {
        return shard.broker();
    }

    Partition partition() {
        return partition;
    }

    /** Publishes a message in the present turn, and returns its position. */
    long publish(Message message) {
        Broker broker = shard.turn();
        if (broker.admit(message.length(), 1) != io.posthorse.broker.Admission.ADMITTED) {
            throw new IllegalStateException("the disk is full");
        }
        return broker.publish(partition, message, false);
    }

    /** Writes the records of the turn, and makes them visible. */
    void endTurn() {
        for (Runnable task = owner.poll(); task != null; task = owner.poll()) {
            task.run();
        }
    }

    @Override
    public void close() {
        shard.stop();
        try {
            shard.close();
            files.close();
            scratch.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
