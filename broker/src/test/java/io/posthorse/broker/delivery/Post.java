package io.posthorse.broker.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.broker.Admission;
import io.posthorse.broker.Broker;
import io.posthorse.broker.BrokerSettings;
import io.posthorse.broker.InternalTopics;
import io.posthorse.broker.Partition;
import io.posthorse.broker.PostponedLimits;
import io.posthorse.broker.Retention;
import io.posthorse.broker.Shard;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.SubscriptionSettings;
import io.posthorse.broker.Topic;
import io.posthorse.broker.TopicSettings;
import io.posthorse.log.LogSettings;
import io.posthorse.testkit.FaultyFileStore;
import io.posthorse.testkit.SeededEntropy;
import io.posthorse.testkit.SimulatedBackground;
import io.posthorse.testkit.SimulatedClock;
import io.posthorse.testkit.SimulatedTimers;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** A broker on a simulated machine, one topic with one subscription, and its feed. */
final class Post {
    private static final long ALL_HOT = 1L << 50;

    private static final SubscriptionSettings SETTLED = SubscriptionSettings.settled(null);

    final SimulatedClock clock = new SimulatedClock(1_700_000_000_000L);
    final List<String> failures = new ArrayList<>();
    private final ArrayDeque<Runnable> owner = new ArrayDeque<>();
    private final UndeliverableHandler undeliverable;
    private final int partitions;
    private final long hotBytes;
    private FaultyFileStore files = new FaultyFileStore(new SeededEntropy(1));
    private SimulatedBackground background;
    /** Reads old messages; drained whenever the owner rests. */
    SimulatedBackground reader;
    boolean ownerRefuses;
    final Letter.Format format = new Letter.Format();
    private Deliveries deliveries;
    private SimulatedTimers timers;
    private Shard shard;
    private Feed feed;

    Post(int partitions, UndeliverableHandler undeliverable) throws IOException {
        this(partitions, undeliverable, ALL_HOT);
    }

    /** @param hotBytes what is further from the end of the log may have to come from the disk */
    Post(int partitions, UndeliverableHandler undeliverable, long hotBytes) throws IOException {
        this.partitions = partitions;
        this.hotBytes = hotBytes;
        this.undeliverable = undeliverable;
        open();
    }

    private static BrokerSettings settings(long hotBytes) {
        return new BrokerSettings(
                100, 100, 16, new InternalTopics("schedule", "timed", "prepared", "suspended"), List.of(50L),
                new PostponedLimits(500, 500, 700, 3), 1L << 40, 200, hotBytes,
                new Retention(1L << 50, 1L << 50, 1, ms -> false));
    }

    private void open() throws IOException {
        background = new SimulatedBackground();
        reader = new SimulatedBackground();
        timers = new SimulatedTimers(clock);
        Broker broker = Broker.open(
                files, new LogSettings(1 << 20, 1 << 18, 1 << 14, false), background, settings(hotBytes),
                List.of(format));
        shard = new Shard(broker, clock, timers, owner::add);
        deliveries = new Deliveries(shard, this::execute, timers, reader);
        deliveries.onFailure(cause -> failures.add(cause.getMessage()));
        Topic topic = shard.turn().createOrUpdate("letters", TopicSettings.of(partitions));
        Subscription subscription = broker.createOrUpdate("readers", SETTLED);
        feed = deliveries.feed(topic, subscription, undeliverable, false);
        rest();
    }

    private void execute(Runnable task) {
        if (ownerRefuses) {
            throw new IllegalStateException("the owner takes nothing now");
        }
        owner.add(task);
    }

    void restart() throws IOException {
        shard.stop();
        background.drain();
        shard.close();
        owner.clear();
        files = files.crash(false);
        open();
    }

    Broker turn() {
        return shard.turn();
    }

    Feed feed() {
        return feed;
    }

    Partition partition(int number) {
        return feed.topic().partition(number);
    }

    /** Publishes, and tells the offset. */
    long publish(int partition, Letter letter) {
        Broker broker = shard.turn();
        assertEquals(Admission.ADMITTED, broker.admit(letter.length(), 1));
        broker.publish(partition(partition), letter, false);
        return broker.lastOffset(partition(partition));
    }

    Letter at(long position) {
        assertTrue(shard.broker().originals().isResident(position), "nobody waits for the disk");
        return Letter.read(shard.broker().originals().at(position), 0);
    }

    /** The owner does everything that is resident. */
    void rest() {
        do {
            for (Runnable task = owner.poll(); task != null; task = owner.poll()) {
                task.run();
            }
            background.drain();
            reader.drain();
        } while (!owner.isEmpty());
    }

    /** Does the next task of the owner; false where there is none. */
    boolean step() {
        Runnable task = owner.poll();
        if (task != null) {
            task.run();
        }
        return task != null;
    }

    Deliveries deliveries() {
        return deliveries;
    }

    FaultyFileStore files() {
        return files;
    }

    void advance(long ms) {
        timers.advance(ms);
        rest();
    }
}
