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
import io.posthorse.log.LogCorruptException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What has rotted on one node of a group is repaired by what the others have, and readers wait for it. */
class GroupRepairTest {
    private final FetchResult fetch = new FetchResult().waitForRepairs();
    private ThreeNodes nodes;

    private void open(long hotBytes) throws IOException {
        nodes = new ThreeNodes(new Retention(1L << 50, 1L << 50, 1, ms -> false), hotBytes, true);
    }

    private FetchResult.Status fetch(long offset) {
        nodes.broker().fetch(nodes.queue("queue"), offset, 32, 1 << 20, TagFilter.ALL, fetch);
        return fetch.status();
    }

    private List<Long> publish(int count) throws IOException {
        nodes.topic("queue");
        List<Long> positions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            positions.add(nodes.publish("queue"));
        }
        return positions;
    }

    @Test
    void aPullWaitsForTheMessageThatIsRepaired() throws IOException {
        open(1L << 40);
        nodes.rot(publish(5).get(2));
        assertEquals(FetchResult.Status.FOUND, fetch(0));
        assertEquals(2, fetch.count());
        assertEquals(2, fetch.next());
        assertEquals(FetchResult.Status.AT_END, fetch(2));
        assertEquals(2, fetch.next());
        boolean[] woken = new boolean[1];
        nodes.broker().await(nodes.queue("queue"), () -> woken[0] = true);
        assertFalse(woken[0]);
        nodes.repair();
        assertTrue(woken[0]);
        assertEquals(FetchResult.Status.FOUND, fetch(2));
        assertEquals(3, fetch.count());
    }

    @Test
    void aPullOfOldMessagesWaitsToo() throws IOException {
        open(0);
        nodes.rot(publish(5).get(2));
        ByteBuffer out = ByteBuffer.allocate(1 << 20);
        assertEquals(FetchResult.Status.FOUND, fetch(0));
        ColdRead read = nodes.broker().beginRead(fetch);
        read.read(out);
        read.end();
        assertEquals(2, read.next());
        assertTrue(read.isHeld());
        int one = out.position() / 2;
        nodes.repair();
        assertEquals(FetchResult.Status.FOUND, fetch(2));
        read = nodes.broker().beginRead(fetch);
        read.read(out);
        read.end();
        assertEquals(5, read.next());
        assertFalse(read.isHeld());
        assertEquals(5 * one, out.position());
    }

    @Test
    void whatNoNodeHasIsPassedOver() throws IOException {
        for (long hot : new long[] {1L << 40, 0}) {
            open(hot);
            long position = publish(5).get(2);
            for (int i = 0; i < 3; i++) {
                nodes.rot(nodes.node(i), position);
            }
            fetch(2);
            if (hot == 0) {
                ColdRead read = nodes.broker().beginRead(fetch);
                read.read(ByteBuffer.allocate(1 << 20));
                read.end();
                assertTrue(read.isHeld());
            } else {
                assertEquals(FetchResult.Status.AT_END, fetch.status());
            }
            nodes.repair();
            assertEquals(FetchResult.Status.FOUND, fetch(2));
            ByteBuffer out = ByteBuffer.allocate(1 << 20);
            if (hot == 0) {
                ColdRead read = nodes.broker().beginRead(fetch);
                read.read(out);
                read.end();
                assertEquals(5, read.next());
            } else {
                assertEquals(2, fetch.count());
            }
        }
    }

    @Test
    void whatADelayedMessageLacksIsRepairedAndItIsDelivered() throws IOException {
        open(1L << 40);
        nodes.topic("queue");
        Partition queue = nodes.queue("queue");
        for (int i = 0; i < 3; i++) {
            nodes.broker().delayed().publishAt(queue, nodes.message(queue), nodes.broker().wallNow() + 1_000);
            nodes.rest();
        }
        Partition timed = nodes.leader.broker.state().postponed.timed.partition();
        nodes.rot(nodes.leader.broker.positionOf(timed, 1));
        nodes.pass(2_000);
        assertEquals(Set.of(0L, 2L), nodes.ids("queue"));
        nodes.repair();
        nodes.pass(11_000);
        assertEquals(Set.of(0L, 1L, 2L), nodes.ids("queue"));
        assertEquals(1, nodes.leader.scrubber.figures().repaired());
    }

    @Test
    void aFollowersRotIsFoundByItsPass() throws IOException {
        open(1L << 40);
        long position = publish(400).get(20);
        nodes.rot(nodes.node(1), position);
        while (nodes.node(1).scrubber.step(1 << 12)) {
            nodes.node(1).scrubbing.drain();
        }
        assertEquals(List.of("found " + position, "repaired " + position), nodes.node(1).others.told);
        assertTrue(nodes.node(1).replica.store().log().readable(position));
    }

    @Test
    void aCopyThatIsOpenedAnewIsMendedBefore() throws IOException {
        open(1L << 40);
        long position = publish(5).get(2);
        nodes.rot(nodes.node(1), position);
        OtherCopies others = nodes.node(1).others;
        nodes.node(1).others = null;
        assertThrows(LogCorruptException.class, () -> nodes.node(1).fell());
        nodes.node(1).others = others;
        nodes.node(1).fell();
        assertTrue(nodes.node(1).replica.store().log().readable(position));
    }

    private void consume(long hotBytes) throws IOException {
        open(hotBytes);
        Topic queue = nodes.topic("queue");
        Subscription own = nodes.broker().createOrUpdate("own", SubscriptionSettings.settled(null));
        nodes.broker().settlements().begin(own, nodes.queue("queue"), 0);
        nodes.rest();
        nodes.rot(publish(5).get(2));
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
        nodes.pass(1_000);
        assertEquals(List.of(0L, 1L, 3L, 4L), got);
        assertFalse(nodes.broker().settlements().isSettled(own, nodes.queue("queue"), 2));
        nodes.repair();
        nodes.pass(1_000);
        assertEquals(List.of(0L, 1L, 3L, 4L, 2L), got);
    }

    @Test
    void aConsumerThatIsHandedMessagesGetsTheRepairedOneToo() throws IOException {
        consume(1L << 40);
        consume(0);
    }

    @Test
    void whatASearchMeetsIsRepaired() throws IOException {
        open(1L << 40);
        long position = publish(5).get(2);
        nodes.rot(position);
        KeySearch search = nodes.broker().search(nodes.leader.broker.topic("queue"));
        assertEquals(0, search.find(TestFormat.key(2, 0), 0, Long.MAX_VALUE, bytes -> true, 10, 1 << 20).size());
        search.end();
        nodes.repair();
        assertTrue(nodes.leader.broker.log().readable(position));
    }
}
