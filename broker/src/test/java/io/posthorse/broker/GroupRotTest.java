package io.posthorse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.broker.delivery.Consumer;
import io.posthorse.broker.delivery.Credit;
import io.posthorse.broker.delivery.Deliveries;
import io.posthorse.broker.delivery.Delivery;
import io.posthorse.broker.delivery.Receiver;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What has rotted on the disk of a group's leader is not lost: the other nodes have it whole. */
class GroupRotTest {
    private static final SubscriptionSettings LENT =
            SubscriptionSettings.ofOffsets(true, true, true, false, 1, 1_000_000, true, new TreeMap<>());

    private ThreeNodes nodes;
    private final LentBatch lent = new LentBatch();
    private long receipts;
    private long hotBytes = 1L << 40;
    private TagFilter filter = TagFilter.ALL;

    /** A group that keeps everything. */
    private ThreeNodes all() throws IOException {
        return new ThreeNodes(new Retention(1L << 50, 1L << 50, 1, ms -> false), hotBytes);
    }

    private long lastPosition(Partition partition) {
        return nodes.leader.broker.positionOf(partition, nodes.leader.broker.lastOffset(partition));
    }

    /** Lets a minute pass, in which the leader is idle but for few tries. */
    private void passAMinute() throws IOException {
        long turns = nodes.leader.shard.turnNumber();
        long tail = nodes.leader.broker.tail();
        nodes.pass(60_000);
        long taken = nodes.leader.shard.turnNumber() - turns;
        assertTrue(taken < 200, "no busy loop: " + taken + " turns");
        assertTrue(nodes.leader.broker.tail() - tail < 40_000, "few records: " + (nodes.leader.broker.tail() - tail));
    }

    /** An alarm was given once. */
    private void assertTold(String what) {
        assertEquals(1, nodes.faults.size(), nodes.faults.toString());
        assertTrue(nodes.faults.getFirst().startsWith(what), nodes.faults.toString());
        nodes.faults.clear();
    }

    @Test
    void aTimedMessageWaitsForAHealthyLeader() throws IOException {
        nodes = all();
        Partition queue = nodes.topic("queue").partition(0);
        long due = nodes.broker().wallNow() + 1_000;
        for (int i = 0; i < 5; i++) {
            nodes.broker().delayed().publishAt(queue, nodes.message(queue), due + i);
            nodes.rest();
            if (i % 2 == 1) {
                nodes.rot(lastPosition(nodes.leader.broker.state().postponed.timed.partition()));
            }
        }
        nodes.pass(2_000);
        assertEquals(Set.of(0L, 2L, 4L), nodes.ids("queue"), "the others go on");
        passAMinute();
        assertEquals(2, nodes.leader.broker.delayed().size());
        assertEquals(2, nodes.faults.size(), "each is told once: " + nodes.faults);
        assertEquals(CommandOutcome.REFUSED, nodes.broker().delayed().runNow(1));

        nodes.lead(1);
        nodes.pass(1_000);
        assertEquals(Set.of(0L, 1L, 2L, 3L, 4L), nodes.ids("queue"));
        assertEquals(0, nodes.leader.broker.delayed().size());
    }

    @Test
    void aMessageOfADelayLaneWaitsAndOtherLanesGoOn() throws IOException {
        nodes = all();
        Partition queue = nodes.topic("queue").partition(0);
        for (int i = 0; i < 3; i++) {
            for (int lane = 0; lane < 2; lane++) {
                nodes.broker().delayed().publishLater(queue, nodes.message(queue), lane);
            }
        }
        nodes.leader.runOwner(1_000);
        Partition lane = nodes.leader.broker.state().postponed.schedule.lane(0);
        nodes.rest();
        nodes.rot(nodes.leader.broker.positionOf(lane, 1));
        nodes.pass(5_000);
        assertEquals(Set.of(0L, 1L, 3L, 5L), nodes.ids("queue"), "one lane is held up");
        passAMinute();
        assertTold("moving the waiting message at offset 1");
        assertEquals(2, nodes.leader.broker.delayed().waitingIn(0));

        nodes.lead(1);
        nodes.pass(1_000);
        assertEquals(Set.of(0L, 1L, 2L, 3L, 4L, 5L), nodes.ids("queue"));
    }

    @Test
    void anUndecidedMessageStaysUndecided() throws IOException {
        nodes = all();
        Partition queue = nodes.topic("queue").partition(0);
        Partition prepared = nodes.leader.broker.state().postponed.prepared.partition();
        List<Long> asked = new ArrayList<>();
        nodes.leader.broker.transactions().onUndecided((offset, position, bytes, times) -> asked.add(offset));
        for (int i = 0; i < 2; i++) {
            nodes.broker().transactions().prepare(queue, nodes.message(queue), nodes.broker().now() + 500);
        }
        nodes.rest();
        nodes.rot(nodes.leader.broker.positionOf(prepared, 0));
        nodes.pass(1_000);
        assertEquals(List.of(1L), asked, "the other one is checked");
        assertEquals(CommandOutcome.DONE, nodes.broker().transactions().commit(1));
        assertEquals(CommandOutcome.REFUSED, nodes.broker().transactions().commit(0));
        assertEquals(CommandOutcome.REFUSED, nodes.broker().transactions().commitAt(0, 1));
        passAMinute();
        assertTold("moving the waiting message at offset 0");
        assertEquals(1, nodes.leader.broker.transactions().size());

        nodes.lead(1);
        assertEquals(CommandOutcome.DONE, nodes.broker().transactions().commit(0));
        nodes.rest();
        assertEquals(Set.of(0L, 1L), nodes.ids("queue"));
    }

    @Test
    void aSegmentWithoutItsFileHoldsUpNoOther() throws IOException {
        nodes = all();
        Partition queue = nodes.topic("queue").partition(0);
        nodes.topic("other");
        for (int i = 0; i < 2; i++) {
            nodes.broker().delayed().publishAt(queue, nodes.message(queue), nodes.broker().wallNow() + 100_000);
            nodes.broker().transactions().prepare(queue, nodes.message(queue), nodes.broker().now() + 100_000);
            nodes.broker().delayed().publishLater(queue, nodes.message(queue), 1 + i);
            for (int left = 200; left > 0; left--) {
                nodes.publish("other");
            }
        }
        nodes.restart(1).files.delete("%020d.log".formatted(0));
        nodes.lead(1);
        List<Long> asked = new ArrayList<>();
        nodes.leader.broker.transactions().onUndecided((offset, position, bytes, times) -> asked.add(offset));
        nodes.pass(100_000);
        assertEquals(Set.of(203L, 205L), nodes.ids("queue"), "what is in other segments goes on");
        assertEquals(1L, asked.getFirst());
        passAMinute();
        assertEquals(3, nodes.faults.size(), nodes.faults.toString());

        nodes.lead(2);
        nodes.pass(1_000);
        assertEquals(Set.of(0L, 2L, 203L, 205L), nodes.ids("queue"));
        assertEquals(CommandOutcome.DONE, nodes.broker().transactions().commit(0));
    }

    // ---- lent messages

    private List<Long> lend(boolean ordered, long leaseMs) throws IOException {
        Broker broker = nodes.broker();
        Leases.Request request = new Leases.Request(broker.subscription("lender"), nodes.queue("queue"), 8, 1 << 20, leaseMs,
                ++receipts, ordered, filter, (group, partition, offset, times) -> false);
        assertTrue(broker.leases().lend(request, lent));
        while (lent.missing() != null) {
            assertTrue(new OldMessages(broker, nodes.leader.background).read(lent.missing(), new RetriedRequest()));
            nodes.leader.background.drain();
            assertTrue(broker.leases().lend(request, lent));
        }
        List<Long> offsets = new ArrayList<>();
        for (int i = 0; i < lent.count(); i++) {
            offsets.add(lent.offset(i));
        }
        nodes.rest();
        return offsets;
    }

    private void settle(List<Long> offsets) throws IOException {
        for (long offset : offsets) {
            assertEquals(CommandOutcome.DONE, nodes.broker().leases().settle(
                    nodes.broker().subscription("lender"), nodes.queue("queue"), offset, receipts));
        }
        nodes.rest();
    }

    private void lender() throws IOException {
        nodes = all();
        nodes.topic("queue");
        nodes.broker().createOrUpdate("lender", LENT);
        nodes.broker().leases().begin(nodes.broker().subscription("lender"), nodes.queue("queue"), 0);
        nodes.rest();
    }

    @Test
    void aMessageThatWasNeverLentIsLentByAHealthyLeader() throws IOException {
        lender();
        for (int i = 0; i < 5; i++) {
            long position = nodes.publish("queue");
            if (i == 2) {
                nodes.rot(position);
            }
        }
        List<Long> offsets = lend(false, 3_000);
        assertEquals(List.of(0L, 1L, 3L, 4L), offsets, "the others go on");
        settle(offsets);
        for (int i = 0; i < 10; i++) {
            nodes.pass(5_000);
            assertEquals(List.of(), lend(false, 3_000));
        }
        assertTold(hotBytes > 0 ? "reading the message at offset 2" : "lending the message at offset 2");

        nodes.lead(1);
        nodes.pass(15_000);
        assertEquals(List.of(2L), lend(false, 3_000));
        settle(List.of(2L));
        assertEquals(0, nodes.broker().leases().open(nodes.broker().subscription("lender"), nodes.queue("queue")));
    }

    @Test
    void aLentMessageIsNotSettledAndHoldsUpNoOther() throws IOException {
        lender();
        long position = nodes.publish("queue");
        assertEquals(List.of(0L), lend(false, 3_000));
        nodes.rot(position);
        nodes.pass(4_000);
        nodes.publish("queue");
        assertEquals(List.of(1L), lend(false, 3_000));
        settle(List.of(1L));
        long tail = nodes.leader.broker.tail();
        for (int i = 0; i < 100; i++) {
            assertEquals(List.of(), lend(false, 3_000));
        }
        assertEquals(tail, nodes.leader.broker.tail(), "it is tried again later");
        assertTold("lending the message at offset 0");

        nodes.lead(1);
        nodes.pass(15_000);
        assertEquals(List.of(0L), lend(false, 3_000));
    }

    @Test
    void noMessagePassesAnUnreadableOneInOrder() throws IOException {
        lender();
        for (int i = 0; i < 3; i++) {
            long position = nodes.publish("queue");
            if (i == 1) {
                nodes.rot(position);
            }
        }
        assertEquals(List.of(0L), lend(true, 3_000));
        settle(List.of(0L));
        for (int i = 0; i < 5; i++) {
            nodes.pass(15_000);
            assertEquals(List.of(), lend(true, 3_000));
        }
        assertTold(hotBytes > 0 ? "reading the message at offset 1" : "lending the message at offset 1");

        nodes.lead(1);
        nodes.pass(15_000);
        assertEquals(1L, lend(true, 3_000).getFirst());
    }

    @Test
    void aFilterDoesNotLeaveOutWhatHasRotted() throws IOException {
        filter = new TagFilter() {
            @Override
            public boolean matches(int tag) {
                return true;
            }

            @Override
            public ContentFilter content() {
                return new ContentFilter() {
                    @Override
                    public boolean matches(ByteBuffer bytes, int at, int length) {
                        return TestFormat.isIntact(bytes.slice(at, length), length - TestFormat.HEADER);
                    }

                    @Override
                    public boolean isSpent() {
                        return false;
                    }
                };
            }
        };
        aMessageThatWasNeverLentIsLentByAHealthyLeader();
        hotBytes = 0;
        aMessageThatWasNeverLentIsLentByAHealthyLeader();
    }

    @Test
    void oldMessagesWaitToo() throws IOException {
        hotBytes = 0;
        aMessageThatWasNeverLentIsLentByAHealthyLeader();
        noMessagePassesAnUnreadableOneInOrder();
        aTimedMessageWaitsForAHealthyLeader();
        aMessageOfADelayLaneWaitsAndOtherLanesGoOn();
        anUndecidedMessageStaysUndecided();
    }

    // ---- retention

    /** Lets old segments be dropped, where nobody waits for anything in them. */
    private void dropOld() throws IOException {
        for (int i = 0; i < 6; i++) {
            for (int left = 200; left > 0; left--) {
                nodes.publish("other");
            }
            nodes.broker().checkpoint();
            nodes.rest();
            nodes.pass(70_000);
        }
    }

    private void expiring() throws IOException {
        nodes = new ThreeNodes(new Retention(60_000, 0, 1, ms -> true), 1L << 40);
        nodes.topic("queue");
        nodes.topic("other");
    }

    @Test
    void theSegmentOfAnAwaitedMessageIsKept() throws IOException {
        expiring();
        Subscription own = nodes.broker().createOrUpdate("own", SubscriptionSettings.settled(null));
        nodes.broker().settlements().begin(own, nodes.queue("queue"), 0);
        nodes.rest();
        nodes.publish("queue");
        long position = nodes.publish("queue");
        nodes.rot(position);
        dropOld();
        assertEquals(position, nodes.leader.broker.positionOf(nodes.queue("queue"), 1));
        assertTrue(nodes.leader.broker.positionOf(nodes.queue("queue"), 0) > position, "the other one was carried");
        assertTrue(nodes.leader.broker.log().segmentBases().length < 8, "other segments are dropped");
        passAMinute();
        assertTold("carrying the message at offset 1");

        nodes.lead(1);
        assertEquals(2, nodes.ids("queue").size());
        dropOld();
        assertEquals(2, nodes.ids("queue").size());
        assertTrue(nodes.leader.broker.log().begin() > position, "now it was carried");
    }

    @Test
    void aPreparedGroupIsNotDropped() throws IOException {
        expiring();
        for (int i = 0; i < 20; i++) {
            AtomicGroup group = nodes.broker().group();
            group.publish(nodes.queue("queue"), nodes.message(nodes.queue("queue")));
            assertEquals(Admission.ADMITTED, nodes.broker().preparedGroups().prepare("group" + i, group));
        }
        nodes.rest();
        long position = nodes.leader.broker.preparedGroups().positions().get("group0");
        nodes.rot(position);
        dropOld();
        assertEquals(20, nodes.leader.broker.preparedGroups().ids().size());
        assertTrue(nodes.leader.broker.log().segmentBases().length < 8, "other segments are dropped");
        passAMinute();
        assertTold("reading the prepared group group0");
        assertTrue(nodes.broker().preparedGroups().commit("group0") != Admission.ADMITTED);
        nodes.rest();

        nodes.lead(1);
        assertEquals(Admission.ADMITTED, nodes.broker().preparedGroups().commit("group0"));
        nodes.rest();
        assertEquals(1, nodes.ids("queue").size());
    }

    // ---- readers

    @Test
    void anUnreadableMessageDoesNotCountAsGone() throws IOException {
        nodes = all();
        nodes.topic("queue");
        long position = nodes.publish("queue");
        nodes.rot(position);
        assertThrows(IllegalStateException.class, () -> nodes.leader.broker.originals().at(position));
        assertTold("reading the message");
        nodes.lead(1);
        assertEquals(Set.of(0L), nodes.ids("queue"));
    }

    @Test
    void aMessageThatIsHandedOutIsNotSettled() throws IOException {
        hotBytes = 0;
        nodes = all();
        Topic queue = nodes.topic("queue");
        Subscription own = nodes.broker().createOrUpdate("own", SubscriptionSettings.settled(null));
        nodes.broker().settlements().begin(own, nodes.queue("queue"), 0);
        nodes.rest();
        for (int i = 0; i < 5; i++) {
            long position = nodes.publish("queue");
            if (i == 2) {
                nodes.rot(position);
            }
        }
        Deliveries deliveries = new Deliveries(
                nodes.leader.shard, nodes.leader.owner::add, nodes.leader.timers, nodes.leader.background);
        List<Long> got = new ArrayList<>();
        nodes.broker();
        deliveries.feed(queue, own, (feed, partition, offset, position, traits) -> false, true)
                .attach(new Consumer(new Consumer.Wish(null, 0, false), new Credit(100), new Receiver() {
                    @Override
                    public boolean isReady() {
                        return true;
                    }

                    @Override
                    public void receive(Delivery delivery) {
                        got.add(delivery.offset());
                    }

                    @Override
                    public void flush() {}
                }));
        nodes.pass(60_000);
        assertEquals(List.of(0L, 1L, 3L, 4L), got);
        assertFalse(nodes.broker().settlements().isSettled(own, nodes.queue("queue"), 2));
        assertTold("reading the message");
    }
}
