package io.posthorse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.log.LogSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A full disk can always be drained by those who consume, and retention goes on; cases D4 and D5. */
class FullDiskTest {
    private static final int SEGMENT = 1 << 18;
    private static final int BODY = 1_000;
    private final Directory directory = new Directory();
    private final List<String> notices = new ArrayList<>();

    private Broker open() throws IOException {
        directory.log = new LogSettings(SEGMENT, 1 << 16, 1 << 19, false);
        directory.checkpointBytes = 1 << 20;
        Broker broker = directory.open();
        directory.shard.onNotice(notices::add);
        directory.pass(2_000);
        return broker;
    }

    /** Fills the disk with messages of a queue; how many it took. */
    private int fill(Topic queue, long bytes) {
        directory.files.capacity(directory.files.usedBytes() + bytes);
        int count = 0;
        while (directory.publish(queue.partition(0), BODY)) {
            count++;
        }
        directory.pass(1_000);
        return count;
    }

    @Test
    void aDiskFilledByAQueueIsDrainedByItsConsumers() throws IOException {
        directory.retention = new Retention(1L << 50, 1, 1, ms -> true);
        Broker broker = open();
        long[] dropped = new long[2];
        directory.shard.onDropped((bytes, newestMs) -> {
            dropped[0] += bytes;
            dropped[1] = newestMs;
        });
        Topic queue = directory.topic("queue", 1);
        Subscription own = directory.settler("own");
        directory.shard.turn();
        broker.settlements().begin(own, queue.partition(0), 0);
        directory.rest();
        int count = fill(queue, 8 << 20);
        assertTrue(count > 6_000, count + " messages");
        String told = "The disk of the data directory is full: \\d+ MiB are free, and \\d+ MiB are needed\\. .*";
        assertTrue(notices.stream().anyMatch(notice -> notice.matches(told)), notices.toString());

        for (long offset = 0; offset < count; offset++) { // one by one, each as a turn of its own
            directory.shard.turn();
            assertTrue(broker.settlements().settle(own, queue.partition(0), offset), "acknowledgement " + offset + " of "
                    + count);
            directory.endTurn();
            if (offset % 500 == 499) {
                directory.pass(10_000);
            }
        }
        for (int i = 0; i < 10; i++) {
            directory.pass(11_000);
        }

        assertTrue(directory.publish(queue.partition(0), BODY), "there is room again");
        assertTrue(broker.log().segmentBases().length <= 4, broker.log().segmentBases().length + " segments");
        assertTrue(dropped[0] >= 6 << 20, dropped[0] + " bytes were told of as dropped");
        assertTrue(dropped[1] >= 1_700_000_000_000L, "the newest of it is of " + dropped[1]);
        directory.pass(2_000);
        assertTrue(notices.stream().anyMatch(notice -> notice.contains("has space again")), notices.toString());
        Broker again = directory.killed();
        assertEquals(1, again.settlements().waiting(again.subscription("own"), again.topic("queue").partition(0)));
    }

    @Test
    void secT29ALogThatCannotGrowForAnotherReasonIsNotToldAsAFullDisk() throws IOException {
        open();
        Topic queue = directory.topic("queue", 1);
        directory.files.failCreating(true);
        int count = 0;
        while (directory.publish(queue.partition(0), BODY)) {
            count++;
        }
        directory.pass(1_000);
        assertTrue(count > 100, count + " messages");
        notices.removeIf(notice -> !notice.contains("grow"));
        assertTrue(notices.getFirst().matches("The log in the data directory cannot grow, although \\d+ MiB are free:"
                + " simulated: too many open files\\. .*"), notices.toString());
        directory.files.failCreating(false);
        directory.pass(2_000);
        assertTrue(directory.publish(queue.partition(0), BODY), "it can grow again");
        directory.pass(2_000);
        notices.removeIf(notice -> !notice.contains("grow"));
        assertEquals("The log in the data directory can grow again: messages are accepted.", notices.get(1));
    }

    /** The reserve has room for 2,000 records of acknowledgements, and nothing can be dropped until all are settled. */
    @Test
    void moreMessagesAreAcknowledgedOneByOneThanTheReserveHoldsRecords() throws IOException {
        directory.log = new LogSettings(1 << 23, 1 << 14, 1 << 17, false);
        Broker broker = directory.open();
        directory.shard.onNotice(notices::add);
        directory.pass(2_000);
        Topic queue = directory.topic("queue", 1);
        Subscription own = directory.settler("own");
        directory.shard.turn();
        broker.settlements().begin(own, queue.partition(0), 0);
        directory.rest();
        int count = fill(queue, 7 << 20);
        assertTrue(count > 5_000, count + " messages");

        for (long offset = 0; offset < count; offset++) {
            directory.shard.turn();
            assertTrue(broker.settlements().settle(own, queue.partition(0), offset), "acknowledgement " + offset + " of "
                    + count);
            directory.endTurn();
            directory.timers.advance(1);
            directory.endTurn();
        }
        directory.pass(2_000);
        assertTrue(broker.log().isReserveAbove(LogSettings.KEPT_FOR_OPERATORS), "an operator has room still");
        assertTrue(directory.shard.turn().delete(queue));
        directory.rest();
    }

    @Test
    void aDiskFullOfExpiredMessagesFreesItselfDespiteSomeAwaitedOnes() throws IOException {
        directory.log = new LogSettings(1 << 16, 1 << 14, 1 << 17, false);
        directory.retention = new Retention(600_000, 0, 1, ms -> true);
        Broker broker = directory.open();
        Topic queue = directory.topic("queue", 1);
        Topic other = directory.topic("other", 1);
        Subscription own = directory.settler("own");
        directory.shard.turn();
        broker.settlements().begin(own, queue.partition(0), 0);
        directory.rest();
        for (int i = 0; i < 20; i++) { // a tenth of each segment is waited for
            for (int letter = 0; letter < 6; letter++) {
                directory.publish(queue.partition(0), BODY);
            }
            for (int j = 0; j < 100; j++) {
                directory.publish(other.partition(0), 400);
            }
            directory.pass(500);
            directory.shard.turn();
            broker.checkpoint();
            directory.rest();
        }
        fill(other, 20_000);
        for (int i = 0; i < 5; i++) {
            directory.pass(600_000);
        }
        assertTrue(directory.publish(other.partition(0), 400), "there is room again");
        assertEquals(120, broker.settlements().waiting(own, queue.partition(0)));
        for (long offset = 0; offset < 120; offset++) {
            assertNotNull(broker.nativeAt(broker.positionOf(queue.partition(0), offset)), "offset " + offset);
        }
    }

    @Test
    void manySettlementsInOneTurnHaveThePromisedRoom() throws IOException {
        directory.log = new LogSettings(1 << 20, 1 << 18, 1 << 14, false);
        Broker broker = directory.open();
        Topic queue = directory.topic("queue", 1);
        Topic other = directory.topic("other", 1);
        Subscription own = directory.settler("own");
        directory.shard.turn();
        broker.settlements().begin(own, queue.partition(0), 0);
        directory.rest();
        for (int i = 0; i < 18_000; i++) {
            directory.publish(queue.partition(0), 1);
        }
        List<Long> odd = new ArrayList<>();
        for (long offset = 1; offset < 16_000; offset += 2) { // each a run of its own, and more than one record takes
            odd.add(offset);
        }
        directory.shard.turn();
        assertTrue(broker.settlements().settle(own, queue.partition(0), odd));
        long end = broker.log().segmentEnd(broker.log().segmentOf(broker.log().tail()));
        for (int i = 0; broker.log().tail() + 150 < end
                && broker.admit(TestFormat.HEADER + 1, 1) == Admission.ADMITTED; i++) {
            broker.publish(other.partition(0), new TestFormat.Sent(5_000_000 + i, other.partition(0).id(), 1), false);
        }
        directory.rest();
        assertNull(broker.log().poison());
        Broker again = directory.killed();
        assertEquals(18_000 - odd.size(),
                again.settlements().waiting(again.subscription("own"), again.topic("queue").partition(0)));
    }

    @Test
    void anOffsetWithoutAMessageCannotBeSettled() throws IOException {
        Broker broker = open();
        Topic queue = directory.topic("queue", 1);
        Subscription own = directory.settler("own");
        directory.publish(queue.partition(0), 10);
        Partition partition = queue.partition(0);
        for (long offset : new long[] {-1, 1, Long.MAX_VALUE}) {
            directory.shard.turn();
            assertThrows(IllegalArgumentException.class, () -> broker.settlements().settle(own, partition, offset));
            assertThrows(IllegalArgumentException.class,
                    () -> broker.settlements().settle(own, partition, List.of(0L, offset)));
        }
        assertEquals(1, broker.settlements().waiting(own, partition));
    }

    private Topic queueOf(int messages) {
        Topic queue = directory.topic("queue", 1);
        for (int i = 0; i < messages; i++) {
            assertTrue(directory.publish(queue.partition(0), 10));
        }
        return queue;
    }

    @Test
    void theSettlementsOfATurnAreOneRecord() throws IOException {
        Broker broker = open();
        Topic queue = queueOf(100);
        Subscription own = directory.settler("own");
        long tail = broker.tail();
        directory.shard.turn();
        for (long offset = 0; offset < 100; offset += 2) {
            assertTrue(broker.settlements().settle(own, queue.partition(0), offset));
            assertTrue(broker.settlements().isSettled(own, queue.partition(0), offset), "at once");
            assertEquals(offset + 1, broker.settlements().nextUnsettled(own, queue.partition(0), 0), "at once");
            directory.shard.turn();
            broker.settlements().settle(own, queue.partition(0), offset + 1);
        }
        assertEquals(100, broker.settlements().nextUnsettled(own, queue.partition(0), 0));
        assertEquals(0, broker.settlements().waiting(own, queue.partition(0)));
        directory.rest();
        assertEquals(64, broker.tail() - tail, "a record of one run");
        assertEquals(100, directory.killed().settlements().floor(
                directory.shard.broker().subscription("own"), directory.shard.broker().topic("queue").partition(0)));
    }

    @Test
    void aCursorSetBackForgetsSettlementsOfTheSameTurn() throws IOException {
        Broker broker = open();
        Topic queue = queueOf(10);
        Subscription own = directory.settler("own");
        directory.shard.turn();
        for (long offset = 0; offset < 10; offset++) {
            assertTrue(broker.settlements().settle(own, queue.partition(0), offset));
        }
        assertTrue(broker.commit(own, queue.partition(0), 2));
        directory.rest();
        assertEquals(8, broker.settlements().waiting(own, queue.partition(0)));
        Broker again = directory.killed();
        assertEquals(8, again.settlements().waiting(again.subscription("own"), again.topic("queue").partition(0)));
    }

    @Test
    void theAnswerToASettlementWaitsForItsRecord() throws IOException {
        Broker broker = open();
        Topic queue = directory.topic("queue", 1);
        Subscription own = directory.settler("own");
        directory.publish(queue.partition(0), 10);
        directory.shard.turn();
        broker.settlements().settle(own, queue.partition(0), 0);
        long end = broker.tail();
        assertTrue(end > broker.log().tail());
        boolean[] answered = new boolean[1];
        directory.shard.park(new PendingReplies() {
            @Override
            public boolean committed(long position) {
                answered[0] = position >= end;
                return !answered[0];
            }

            @Override
            public void failed(IOException cause) {}
        });
        assertFalse(answered[0]);
        directory.endTurn();
        assertTrue(answered[0], "with the end of the turn");
    }

    @Test
    void retentionContinuesAfterAStartOnAFullDisk() throws IOException {
        directory.retention = new Retention(86_400_000, 0, 0.5, ms -> false);
        open();
        Topic topic = directory.topic("topic", 1);
        fill(topic, 4 << 20);
        for (int how = 0; how < 2; how++) {
            directory.files = directory.files.crash(how == 1);
            directory.open();
            while (directory.publish(directory.shard.broker().topic("topic").partition(0), BODY)) {
                directory.endTurn(); // what the start has given back is used too
            }
        }
        for (int i = 0; i < 4; i++) {
            directory.clock.advance(40_000_000);
            directory.pass(60_000);
        }
        assertTrue(directory.shard.broker().log().segmentBases().length < 4,
                directory.shard.broker().log().segmentBases().length + " segments");
        assertTrue(directory.publish(directory.shard.broker().topic("topic").partition(0), BODY));
    }
}
