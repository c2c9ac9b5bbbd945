package io.posthorse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What comes back when leases end. */
class LeaseEndsTest {
    private static final Leases.DeadLetters NONE = (subscription, partition, offset, times) -> false;

    private final Directory directory = new Directory();

    private Partition partition;
    private Subscription borrower;

    private void open(int messages, SubscriptionSettings settings) throws IOException {
        directory.open();
        partition = directory.topic("topic", 1).partition(0);
        borrower = directory.shard.turn().createOrUpdate("borrower", settings);
        assertTrue(directory.shard.broker().leases().begin(borrower, partition, 0));
        directory.rest();
        for (int i = 0; i < messages; i++) {
            assertTrue(directory.publish(partition, 5));
        }
    }

    private String lend(long receipt, boolean ordered) {
        LentBatch out = new LentBatch();
        assertTrue(directory.shard.turn().leases().lend(
                new Leases.Request(borrower, partition, 2, 1 << 20, 1_000, receipt, ordered, TagFilter.ALL, NONE), out));
        directory.rest();
        return Arrays.toString(Arrays.copyOf(out.fetch.offsets, out.fetch.count));
    }

    private long[] lend(Subscription to, Partition partition, long receipt) {
        LentBatch out = new LentBatch();
        directory.shard.turn().leases().lend(
                new Leases.Request(to, partition, 10, 1 << 20, 60_000, receipt, false, TagFilter.ALL, NONE), out);
        directory.rest();
        return Arrays.copyOf(out.fetch.offsets, out.fetch.count);
    }

    /** As where the record of its loan rotted, and it was lent again: those behind it were, and it counts as left out. */
    @Test
    void aMessageThatIsLentBelowTheFloorIsSettled() throws IOException {
        open(3, SubscriptionSettings.STANDARD);
        Broker broker = directory.shard.turn();
        long until = broker.now() + 1_000;
        assertTrue(broker.append(new Event.Lent(borrower.number(), partition.id(), 2, 1, until, new long[] {1})));
        assertTrue(broker.append(new Event.Lent(borrower.number(), partition.id(), 2, 2, until, new long[] {0})));
        directory.rest();
        LeaseCursor cursor = borrower.leases(partition);
        assertTrue(cursor.floor() > 0 && cursor.lease(0) != null);
        assertEquals(CommandOutcome.DONE, directory.shard.turn().leases().settle(borrower, partition, 0, 2));
        directory.rest();
        assertNull(cursor.lease(0), "it would be lent again each time its lease ends");
    }

    @Test
    void aLeaseChangedToTheSameEndIsLentAgainOnce() throws IOException {
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
            assertEquals(CommandOutcome.DONE,
                    broker.leases().change(subscription, partition, 0, receipt, 50_000, receipt + 1));
            directory.rest();
        }
        directory.pass(70_000);
        assertEquals("[0, 1, 2]", Arrays.toString(lend(subscription, partition, 99)));
    }

    @Test
    void aMessageGivenBackIsLentWithANewReceipt() throws IOException {
        open(1, SubscriptionSettings.STANDARD);
        assertEquals("[0]", lend(5, false));
        assertEquals(CommandOutcome.DONE, directory.shard.turn().leases().change(borrower, partition, 0, 5, 0, 5));
        directory.rest();
        assertEquals("[]", lend(5, false), "the first one could settle it for the second");
        assertEquals("[0]", lend(6, false));
        assertEquals(CommandOutcome.UNKNOWN, directory.shard.turn().leases().settle(borrower, partition, 0, 5));
        assertEquals(CommandOutcome.DONE, directory.shard.turn().leases().settle(borrower, partition, 0, 6));
        directory.rest();
    }

    @Test
    void aMessageThatCannotBecomeADeadLetterHoldsUpNoOther() throws IOException {
        open(4, SubscriptionSettings.ofOffsets(true, true, true, false, 1, 0, true, new TreeMap<>()));
        assertEquals("[0, 1]", lend(1, false));
        directory.pass(2_000);
        assertEquals("[2, 3]", lend(2, false));
        directory.pass(2_000);
        assertEquals("[]", lend(3, false), "all of them should go");
        assertEquals(4, directory.shard.broker().leases().open(borrower, partition));
    }

    @Test
    void inOrderAMessageThatCannotBecomeADeadLetterHoldsUpLaterOnes() throws IOException {
        open(4, SubscriptionSettings.ofOffsets(true, true, true, true, 1, 0, true, new TreeMap<>()));
        assertEquals("[0, 1]", lend(1, true));
        assertEquals(CommandOutcome.DONE, directory.shard.turn().leases().settle(borrower, partition, 1, 1));
        directory.rest();
        directory.pass(2_000);
        assertEquals("[]", lend(2, true));
        directory.pass(2_000);
        assertEquals("[]", lend(3, true));
    }
}
