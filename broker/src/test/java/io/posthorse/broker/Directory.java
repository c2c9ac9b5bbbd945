package io.posthorse.broker;

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

/** A data directory on simulated files, and the broker that has it open: a world without chance. */
final class Directory {
    static final LogSettings LOG = new LogSettings(1 << 20, 1 << 18, 1 << 14, false);

    final ArrayDeque<Runnable> owner = new ArrayDeque<>();
    final SimulatedClock clock = new SimulatedClock(1_700_000_000_000L);
    final List<String> faults = new ArrayList<>();
    FaultyFileStore files = new FaultyFileStore(new SeededEntropy(1));
    SimulatedTimers timers;
    SimulatedBackground background;
    Shard shard;
    TestFormat format = new TestFormat();
    List<MessageFormat> others = List.of();
    LogSettings log = LOG;
    Retention retention = new Retention(1L << 50, 1L << 50, 1, ms -> false);
    long checkpointBytes = 1L << 40;
    long hotBytes = 1L << 40;
    private long sent;

    Broker open() throws IOException {
        background = new SimulatedBackground();
        timers = new SimulatedTimers(clock);
        owner.clear();
        BrokerSettings settings = new BrokerSettings(
                100_000, 100_000, 16, new InternalTopics("schedule", "timed", "prepared", "suspended"), List.of(50L),
                new PostponedLimits(100_000, 500, 700, 3), checkpointBytes, 200, hotBytes, retention);
        Broker broker = Broker.open(files, log, background, settings, formats());
        broker.faults().onFault((what, cause) -> faults.add(what + ": " + cause));
        shard = new Shard(broker, clock, timers, owner::add);
        shard.start();
        rest();
        return broker;
    }

    private List<MessageFormat> formats() {
        List<MessageFormat> formats = new ArrayList<>(List.of(format));
        formats.addAll(others);
        return formats;
    }

    /** Lets owner and background come to rest. */
    void rest() {
        do {
            for (Runnable task = owner.poll(); task != null; task = owner.poll()) {
                task.run();
            }
            background.drain();
        } while (!owner.isEmpty());
    }

    /** Ends the turn, and lets no background work be done. */
    void endTurn() {
        for (Runnable task = owner.poll(); task != null; task = owner.poll()) {
            task.run();
        }
    }

    void pass(long ms) {
        for (long left = ms; left > 0; left -= 1_000) {
            timers.advance(Math.min(left, 1_000));
            rest();
        }
    }

    Broker killed() throws IOException {
        files = files.crash(false);
        return open();
    }

    Broker closed() throws IOException {
        rest();
        shard.stop();
        background.drain();
        shard.close();
        files = files.crash(false);
        return open();
    }

    Topic topic(String name, int partitions) {
        Topic topic = shard.turn().createOrUpdate(name, TopicSettings.of(partitions));
        rest();
        return topic;
    }

    Subscription settler(String name) {
        Subscription made = shard.turn().createOrUpdate(name, SubscriptionSettings.settled(null));
        rest();
        return made;
    }

    /** Publishes a message as a turn of its own; false where it is refused. */
    boolean publish(Partition to, int body) {
        Broker broker = shard.turn();
        boolean admitted = broker.admit(TestFormat.HEADER + body, 1) == Admission.ADMITTED;
        if (admitted) {
            broker.publish(to, new TestFormat.Sent(sent++, to.id(), body), false);
        }
        rest();
        return admitted;
    }
}
