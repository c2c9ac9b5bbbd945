package io.posthorse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.platform.Timers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who is woken, and in which order, where many wait for one group's messages. */
class LeaseWaitersTest {
    private static final Leases.DeadLetters NONE = (subscription, partition, offset, times) -> false;

    private final Directory directory = new Directory();
    private final List<Runnable> due = new ArrayList<>();
    private final Timers timers = (delayMs, task) -> {
        due.add(task);
        return () -> due.remove(task);
    };
    private final List<Integer> served = new ArrayList<>();
    private int tries;

    private class Waiting implements LeaseWaiters.Taker {
        private final int number;
        private final Subscription group;
        private final Partition partition;
        private final boolean ordered;
        private final RetriedRequest retry = new RetriedRequest();
        private LeaseWaiters.Place place;

        Waiting(int number, Subscription group, Partition partition, boolean ordered) {
            this.number = number;
            this.group = group;
            this.partition = partition;
            this.ordered = ordered;
        }

        @Override
        public boolean take() {
            tries++;
            LentBatch out = new LentBatch();
            directory.shard.turn().leases().lend(
                    new Leases.Request(group, partition, 1, 1 << 20, 60_000, number, ordered, TagFilter.ALL, NONE), out);
            if (out.count() == 0) {
                return false;
            }
            served.add(number);
            place.leave();
            return true;
        }

        @Override
        public RetriedRequest retry() {
            return retry;
        }
    }

    private List<Waiting> wait(LeaseWaiters lines, int count, Subscription group, Partition partition, boolean ordered) {
        List<Waiting> all = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            Waiting one = new Waiting(i, group, partition, ordered);
            one.place = lines.join(one, group, List.of(partition), ordered);
            all.add(one);
        }
        return all;
    }

    @Test
    void aMessageWakesOneWaiterOnly() throws IOException {
        for (boolean ordered : new boolean[] {false, true}) {
            Broker broker = directory.open();
            Partition partition = directory.topic("topic" + ordered, 1).partition(0);
            directory.shard.turn();
            Subscription group = broker.createOrUpdate("group" + ordered, SubscriptionSettings.STANDARD);
            assertTrue(broker.leases().begin(group, partition, 0));
            directory.rest();
            LeaseWaiters lines = new LeaseWaiters(broker, timers);
            List<Waiting> waiting = wait(lines, 2_000, group, partition, ordered);
            served.clear();
            tries = 0;

            for (int i = 0; i < 100; i++) {
                assertTrue(directory.publish(partition, 5));
            }

            assertEquals(ordered ? 1 : 100, served.size(), "ordered: " + ordered);
            assertTrue(tries <= 300, tries + " tries for 100 messages, ordered: " + ordered);
            for (int i = 0; i < served.size(); i++) {
                assertEquals(i + 1, served.get(i), "who came first goes first");
            }
            waiting.forEach(one -> one.place.leave());
            assertEquals(0, lines.count(), "lines that nobody stands in");
        }
    }

    @Test
    void theNextWaiterIsServedWhenOneThatWaitsForTheDiskLeaves() throws IOException {
        Broker broker = directory.open();
        Partition partition = directory.topic("topic", 1).partition(0);
        directory.shard.turn();
        Subscription group = broker.createOrUpdate("group", SubscriptionSettings.STANDARD);
        assertTrue(broker.leases().begin(group, partition, 0));
        directory.rest();
        LeaseWaiters lines = new LeaseWaiters(broker, timers);
        Waiting reading = new Waiting(1, group, partition, false) {
            @Override
            public boolean take() {
                return false;
            }
        };
        reading.place = lines.join(reading, group, List.of(partition), false);
        reading.retry().begins();
        Waiting behind = new Waiting(2, group, partition, false);
        behind.place = lines.join(behind, group, List.of(partition), false);
        assertTrue(directory.publish(partition, 5));
        assertEquals(List.of(), served);

        reading.place.leave();
        List.copyOf(due).forEach(Runnable::run);

        assertEquals(List.of(2), served);
    }
}
