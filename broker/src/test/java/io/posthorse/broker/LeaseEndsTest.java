package io.posthorse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What comes back when leases end. */
class LeaseEndsTest {
    private static final Leases.DeadLetters NONE = (subscription, partition, offset, times) -> false;

    private final Directory directory = new Directory();

    private long[] lend(Subscription to, Partition partition, long receipt) {
        Lent out = new Lent();
        directory.shard.turn().leases().lend(
                new Leases.Request(to, partition, 10, 1 << 20, 60_000, receipt, false, TagFilter.ALL, NONE), out);
        directory.rest();
        return Arrays.copyOf(out.fetch.offsets, out.fetch.count);
    }

    @Test
    void aLeaseThatIsChangedToTheSameEndComesBackOnce() throws IOException {
        Broker broker = directory.open();
        Partition partition = directory.topic("topic", 1).partition(0);
        directory.shard.turn();
        Subscription subscription = broker.createOrUpdate("borrower", SubscriptionSettings.STANDARD);
        assertTrue(broker.leases().begin(subscription, partition, 0));
        directory.rest();
        for (int i = 0; i < 3; i++) {
            assertTrue(directory.publish(partition, 5));
        }
        assertEquals(3, lend(subscription, partition, 1).length);
        directory.pass(10_000);
        for (int receipt = 1; receipt <= 3; receipt++) {
            directory.shard.turn();
            assertEquals(Outcome.DONE,
                    broker.leases().change(subscription, partition, 0, receipt, 50_000, receipt + 1));
            directory.rest();
        }
        directory.pass(70_000);
        assertEquals("[0, 1, 2]", Arrays.toString(lend(subscription, partition, 99)));
    }
}
