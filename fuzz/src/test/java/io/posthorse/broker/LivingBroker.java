package io.posthorse.broker;

import io.posthorse.log.LogSettings;
import io.posthorse.testkit.FaultyFileStore;
import io.posthorse.testkit.SimulatedBackground;
import io.posthorse.testkit.SimulatedClock;
import io.posthorse.testkit.SimulatedTimers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;

/** A broker on simulated files, with its background work and its requests. */
final class LivingBroker {
    static final long TIME_MS = 1_700_000_000_000L;
    private static final LogSettings LOG = new LogSettings(1 << 17, 1 << 15, 1 << 12, false);
    private static final int COUNT_MAX = 64;

    FaultyFileStore files;
    private final ArrayDeque<Runnable> owner = new ArrayDeque<>();
    private final SimulatedClock clock = new SimulatedClock(TIME_MS);
    private SimulatedTimers timers;
    private SimulatedBackground background;
    private Shard shard;
    private final FetchResult fetch = new FetchResult();

    LivingBroker(FaultyFileStore files) {
        this.files = files;
    }

    Broker broker() {
        return shard.broker();
    }

    void open() throws IOException {
        background = new SimulatedBackground();
        timers = new SimulatedTimers(clock);
        owner.clear();
        BrokerSettings settings = new BrokerSettings(
                1_000, 1_000, 16, new InternalTopics("schedule", "timed", "prepared", "suspended"), List.of(50L),
                new PostponedLimits(1_000, 500, 700, 3), 1L << 40, 200, 1L << 40,
                new Retention(1L << 50, 1L << 50, 1, ms -> false));
        Broker broker = Broker.open(files, LOG, background, settings, DirectoryTarget.formats());
        broker.faults().onFault(LivingBroker::fault);
        shard = new Shard(broker, clock, timers, owner::add);
        shard.start();
        rest();
    }

    /** An invalid message costs that message or group, which is reported; a task that fails as a whole is a fault. */
    private static void fault(String what, Throwable cause) {
        if (!what.contains("the message at position") && !what.contains("prepared group")) {
            throw new AssertionError(what, cause);
        }
    }

    private void rest() {
        do {
            for (Runnable task = owner.poll(); task != null; task = owner.poll()) {
                task.run();
            }
            background.drain();
        } while (!owner.isEmpty());
    }

    /** Creates topics, subscriptions and messages of every kind, to which records can refer. */
    void fill() {
        Broker broker = shard.turn();
        Topic topic = broker.createOrUpdate("t", TopicSettings.of(2));
        broker.createOrUpdate("settler", SubscriptionSettings.settled(null));
        broker.createOrUpdate("reader", SubscriptionSettings.STANDARD);
        rest();
        for (int i = 0; i < 4; i++) {
            shard.turn().publish(topic.partition(i & 1), new Text("message " + i), false);
            rest();
        }
    }

    /** Reads all messages, decides those that wait, and lets time pass. */
    void work() {
        for (Topic topic : List.copyOf(broker().topics())) {
            for (Partition partition : topic.partitions()) {
                read(partition);
            }
        }
        for (String id : broker().preparedGroups().ids()) {
            shard.turn().preparedGroups().settlements(id, (subscription, partition, offset) -> { });
            if (id.length() % 2 == 0) {
                broker().preparedGroups().commit(id);
            } else {
                broker().preparedGroups().rollback(id);
            }
            rest();
        }
        for (int i = 0; i < 3; i++) {
            timers.advance(1_000);
            rest();
        }
    }

    private void read(Partition partition) {
        Broker broker = shard.turn();
        long at = broker.begin(partition);
        for (int left = COUNT_MAX; left > 0 && at < broker.end(partition); left--) {
            broker.fetch(partition, at, COUNT_MAX, 1 << 16, TagFilter.ALL, fetch);
            for (int i = 0; i < fetch.count(); i++) {
                look(broker, fetch.position(i));
            }
            at = Math.max(at + 1, fetch.next());
        }
        TimeSearch.begin(broker, background, List.of(partition), TIME_MS, found -> { });
        rest();
    }

    private static void look(Broker broker, long position) {
        try {
            ByteBuffer bytes = broker.originals().at(position);
            if (bytes != null) {
                broker.originals().traitsAt(position);
                broker.originals().plain(broker.originals().formatAt(position), bytes);
            }
        } catch (RuntimeException e) {
            // readers skip the message
        }
    }

    void close() throws IOException {
        rest();
        shard.stop();
        background.drain();
        shard.close();
        files = files.crash(false);
    }

    void kill() {
        files = files.crash(false);
    }

    /** Returns a message in RocketMQ's format without properties. */
    private record Text(String text) implements Message {
        private static final int FIXED = 84;

        @Override
        public int length() {
            return FIXED + 4 + text.length() + 2 + 2;
        }

        @Override
        public int tag() {
            return 0;
        }

        @Override
        public int keys() {
            return 0;
        }

        @Override
        public int key(int i) {
            return 0;
        }

        @Override
        public byte format() {
            return 1;
        }

        @Override
        public void write(ByteBuffer out) {
            out.putInt(length()).putInt(0xDAA320A7).put(new byte[FIXED - 8]);
            out.putInt(text.length()).put(text.getBytes(StandardCharsets.US_ASCII));
            out.put((byte) 1).put((byte) 't').putShort((short) 0);
        }
    }
}
