package io.posthorse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.log.LogSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is waited for does not pin the disk, and is not lost or seen twice for it. */
class CarryingTest {
    private static final int SEGMENT = 1 << 16;
    private static final int BODY = 400;
    private Directory directory = new Directory();

    private Broker open() throws IOException {
        directory.log = new LogSettings(SEGMENT, 1 << 14, 1 << 14, false);
        directory.retention = new Retention(60_000, 0, 1, ms -> true); // whatever is a minute old has expired
        return directory.open();
    }

    /** Publishes so many messages to a topic that nobody keeps, with checkpoints and time between. */
    private void traffic(Topic topic, int messages) {
        for (int i = 0; i < messages; i++) {
            assertTrue(directory.publish(topic.partition(0), BODY));
            if (i % 200 == 199) {
                checkpoint();
                directory.pass(5_000);
            }
        }
    }

    private void checkpoint() {
        directory.shard.turn();
        directory.shard.broker().checkpoint();
        directory.rest();
    }

    /** Lets retention do what it can. */
    private void settle() {
        for (int i = 0; i < 6; i++) {
            directory.pass(70_000);
            checkpoint();
        }
    }

    private static List<Long> ids(Broker broker, Partition partition) {
        List<Long> ids = new ArrayList<>();
        for (long at = partition.index.ceiling(broker.begin(partition)); at < broker.end(partition);
                at = partition.index.ceiling(at + 1)) {
            ByteBuffer bytes = broker.nativeAt(partition.index.position(at));
            assertNotNull(bytes, "offset " + at);
            assertEquals(at, TestFormat.offset(bytes));
            ids.add(TestFormat.messageId(bytes));
        }
        return ids;
    }

    private long segments() {
        return directory.shard.broker().log().segmentBases().length;
    }

    @Test
    void aForgottenMessageIsCarriedAndItsSegmentsAreDropped() throws IOException {
        Broker broker = open();
        Topic letters = directory.topic("letters", 1);
        Topic other = directory.topic("other", 1);
        Subscription own = directory.settler("own");
        directory.shard.turn();
        broker.settlements().begin(own, letters.partition(0), 0);
        directory.rest();
        directory.publish(letters.partition(0), BODY);
        List<Long> letter = ids(broker, letters.partition(0));
        long time = PartitionReader.timeAt(broker.log(), letters.partition(0).index, 0);
        traffic(other, 1_500);
        settle();

        assertTrue(segments() <= 2, segments() + " segments of " + 1_500 * 500 / SEGMENT);
        assertEquals(letter, ids(broker, letters.partition(0)));
        assertEquals(time, PartitionReader.timeAt(broker.log(), letters.partition(0).index, 0), "it is as old as it was");
        assertEquals(List.of(), directory.faults);
        for (Broker again : List.of(directory.killed(), directory.closed(), directory.killed())) {
            assertEquals(letter, ids(again, again.topic("letters").partition(0)));
            assertEquals(1, again.settlements().waiting(again.subscription("own"), again.topic("letters").partition(0)));
        }
    }

    @Test
    void onlyTheMessagesOfAStuckQueueAreKept() throws IOException {
        Broker broker = open();
        Topic stuck = directory.topic("stuck", 2);
        Topic other = directory.topic("other", 1);
        Subscription own = directory.settler("own");
        directory.shard.turn();
        stuck.partitions().forEach(p -> broker.settlements().begin(own, p, 0));
        directory.rest();
        for (int i = 0; i < 150; i++) {
            directory.publish(stuck.partition(i % 2), BODY);
            traffic(other, 9);
        }
        checkpoint();
        directory.pass(5_000);
        checkpoint();
        List<Long> first = ids(broker, stuck.partition(0));
        List<Long> second = ids(broker, stuck.partition(1));
        assertEquals(75, first.size());
        settle();

        long live = 150 * (RecordBytes.OF_MESSAGE + BODY);
        assertTrue(segments() * SEGMENT <= 2 * live + 2 * SEGMENT, segments() + " segments for " + live + " bytes");
        assertEquals(first, ids(broker, stuck.partition(0)));
        assertEquals(second, ids(broker, stuck.partition(1)));
        settle();
        Broker again = directory.killed();
        assertEquals(first, ids(again, again.topic("stuck").partition(0)));
        assertEquals(second, ids(again, again.topic("stuck").partition(1)));

        directory.shard.turn();
        Subscription reader = again.subscription("own");
        for (Partition partition : again.topic("stuck").partitions()) {
            for (long offset = 0; offset < again.end(partition); offset++) {
                again.settlements().settle(reader, partition, offset);
            }
        }
        directory.rest();
        settle();
        assertTrue(segments() <= 2, "once it is consumed nothing of it stays");
    }

    @Test
    void aSegmentWithAQuarterAwaitedIsKeptAndReportedOnce() throws IOException {
        Broker broker = open();
        List<String> told = new ArrayList<>();
        directory.shard.onKept((topic, subscription) -> told.add(topic + " for " + subscription));
        Topic stuck = directory.topic("stuck", 1);
        Topic other = directory.topic("other", 1);
        Subscription own = directory.settler("own");
        directory.shard.turn();
        broker.settlements().begin(own, stuck.partition(0), 0);
        directory.rest();
        for (int i = 0; i < 60; i++) { // nearly half of the first segment
            directory.publish(stuck.partition(0), BODY);
            directory.publish(other.partition(0), BODY);
        }
        traffic(other, 1_000);
        settle();
        assertEquals(0, broker.log().begin());
        assertEquals(List.of("stuck for own"), told);
        assertTrue(segments() <= 3, "what lies behind it goes all the same: " + segments());
        assertEquals(60, ids(broker, stuck.partition(0)).size());
        assertEquals(60, ids(directory.killed(), directory.shard.broker().topic("stuck").partition(0)).size());
    }

    @Test
    void freeSegmentsAreDroppedWhilePassesTakeManySteps() throws IOException {
        Broker broker = open();
        Topic other = directory.topic("other", 1);
        Subscription own = directory.settler("own");
        for (int i = 0; i < 5_000; i++) { // more than a step looks at
            Topic queue = directory.topic("queue" + i, 1);
            directory.shard.turn();
            broker.settlements().begin(own, queue.partition(0), 0);
            directory.rest();
            if (i % 50 == 0) {
                directory.publish(queue.partition(0), 100);
            }
        }
        for (int round = 0; round < 10; round++) {
            for (int i = 0; i < 200; i++) {
                directory.publish(other.partition(0), BODY);
            }
            checkpoint();
            directory.pass(round < 2 ? 5_000 : 70_000);
        }
        assertEquals(List.of(), directory.faults);
        assertTrue(segments() <= 4, segments() + " segments");
        assertEquals(1, ids(broker, broker.topic("queue0").partition(0)).size());
    }

    @Test
    void aSegmentThatTemporarilyCannotBeOpenedIsCarriedLater() throws IOException {
        Broker broker = open();
        Topic letters = directory.topic("letters", 1);
        Topic other = directory.topic("other", 1);
        Subscription own = directory.settler("own");
        directory.shard.turn();
        broker.settlements().begin(own, letters.partition(0), 0);
        directory.rest();
        for (int i = 0; i < 5; i++) {
            directory.publish(letters.partition(0), BODY);
        }
        traffic(other, 400);
        broker = directory.killed(); // no segment is mapped but the last
        directory.files.failOpening(".log");
        for (int i = 0; i < 3; i++) {
            directory.pass(70_000);
            checkpoint();
        }
        directory.files.failOpening(null);
        traffic(broker.topic("other"), 400);
        settle();
        settle();

        assertEquals(5, ids(broker, broker.topic("letters").partition(0)).size());
        assertTrue(segments() <= 3, segments() + " segments: retention goes on");
    }

    @Test
    void aSegmentWithoutItsFileHoldsUpNoOther() throws IOException {
        Broker broker = open();
        Topic letters = directory.topic("letters", 1);
        Topic other = directory.topic("other", 1);
        Subscription own = directory.settler("own");
        directory.shard.turn();
        broker.settlements().begin(own, letters.partition(0), 0);
        directory.rest();
        directory.publish(letters.partition(0), BODY);
        traffic(other, 400);
        Broker again = directory.killed(); // no segment is mapped but the last
        directory.files.delete("%020d.log".formatted(0));
        traffic(again.topic("other"), 1_000);
        settle();
        assertTrue(segments() <= 3, segments() + " segments");
    }

    @Test
    void aSegmentIsKeptIfASubscriptionIsResetIntoItJustBeforeItsDrop() throws IOException {
        for (long to : new long[] {0, 1}) { // behind the first unsettled one, and over it, onto what was settled above it
            int steps = stepsUntilTheFirstSegmentGoes(Integer.MAX_VALUE, to);
            assertTrue(steps > 3, steps + " steps");
            for (int before = 1; before <= 3; before++) {
                stepsUntilTheFirstSegmentGoes(steps - before, to);
                settle();
                Broker broker = directory.shard.broker();
                Partition queue = broker.topic("queue").partition(0);
                long waiting = broker.settlements().waiting(broker.subscription("own"), queue);
                assertEquals(20 - to, waiting);
                for (long offset = to; offset < 20; offset++) {
                    assertNotNull(broker.nativeAt(broker.positionOf(queue, offset)), "offset " + offset + " of " + to);
                }
            }
        }
    }

    /** A life in which the cursor is set to an offset at a step; the step at which the first segment went. */
    private int stepsUntilTheFirstSegmentGoes(int resetAt, long to) throws IOException {
        directory = new Directory();
        Broker broker = open();
        Topic queue = directory.topic("queue", 1);
        Topic other = directory.topic("other", 1);
        Subscription own = directory.settler("own");
        directory.shard.turn();
        broker.settlements().begin(own, queue.partition(0), 0);
        directory.rest();
        for (int i = 0; i < 20; i++) {
            directory.publish(queue.partition(0), BODY);
        }
        directory.shard.turn();
        for (long offset = to; offset < 20; offset++) {
            broker.settlements().settle(own, queue.partition(0), offset);
        }
        directory.rest();
        traffic(other, 400);
        checkpoint();
        directory.timers.advance(70_000);
        for (int step = 0; step < 20_000; step++) {
            if (broker.log().begin() > 0) {
                return step;
            }
            if (step == resetAt) {
                directory.shard.turn();
                broker.commit(own, queue.partition(0), to);
            }
            directory.timers.advance(5);
            directory.rest();
        }
        return -1;
    }

    private static final class RecordBytes {
        static final int OF_MESSAGE = 64 + TestFormat.HEADER;
    }

    @Test
    void timersAYearAheadAndUndecidedGroupsAreCarried() throws IOException {
        Broker broker = open();
        Topic topic = directory.topic("topic", 1);
        Topic other = directory.topic("other", 1);
        long due = broker.wallNow() + 365L * 86_400_000;
        for (int i = 0; i < 20; i++) {
            directory.shard.turn();
            broker.admit(TestFormat.HEADER + 10, 1);
            broker.delayed().publishAt(topic.partition(0), new TestFormat.Sent(1_000_000 + i, topic.partition(0).id(), 10),
                    due + i);
            AtomicGroup group = broker.group();
            group.publish(topic.partition(0), new TestFormat.Sent(2_000_000 + i, topic.partition(0).id(), 10));
            assertEquals(Admission.ADMITTED, broker.preparedGroups().prepare("group" + i, group));
            directory.rest();
        }
        traffic(other, 1_500);
        settle();

        assertTrue(segments() <= 2, segments() + " segments");
        assertEquals(20, broker.delayed().size());
        Broker again = directory.killed();
        assertEquals(20, again.delayed().size());
        directory.shard.turn();
        for (String id : again.preparedGroups().ids()) {
            assertEquals(Admission.ADMITTED, again.preparedGroups().commit(id));
        }
        directory.rest();
        directory.clock.jump(366L * 86_400_000);
        directory.pass(400_000);
        List<Long> all = ids(again, again.topic("topic").partition(0));
        assertEquals(40, all.size(), "each once");
        assertEquals(40, all.stream().distinct().count());
    }

    @Test
    void theMaximumOfPreparedGroupsKeepsNoSegments() throws IOException { // case D10
        Broker broker = open();
        Topic topic = directory.topic("topic", 1);
        int prepared = 0;
        while (true) {
            directory.shard.turn();
            AtomicGroup group = broker.group();
            group.publish(topic.partition(0), new TestFormat.Sent(3_000_000 + prepared, topic.partition(0).id(), 10));
            if (broker.preparedGroups().prepare("x" + prepared, group) != Admission.ADMITTED) {
                break;
            }
            prepared++;
            if (prepared % 100 == 0) {
                directory.rest();
            }
        }
        directory.rest();
        assertEquals(10_000, prepared);
        long tail = broker.tail();
        traffic(directory.topic("other", 1), 400);
        for (int i = 0; i < 40 && broker.log().begin() < tail; i++) {
            directory.pass(70_000);
            checkpoint();
        }
        assertTrue(broker.log().begin() >= tail - SEGMENT, "the log begins at " + broker.log().begin() + " of "
                + broker.tail());
        assertEquals(10_000, directory.killed().preparedGroups().ids().size());
    }

    @Test
    void aDamagedMessageIsNotCarriedWithANewChecksum() throws IOException { // case D11, C
        Broker broker = open();
        Topic letters = directory.topic("letters", 1);
        Subscription own = directory.settler("own");
        directory.shard.turn();
        broker.settlements().begin(own, letters.partition(0), 0);
        directory.rest();
        directory.publish(letters.partition(0), BODY);
        directory.publish(letters.partition(0), BODY);
        long position = broker.positionOf(letters.partition(0), 0);
        directory.files.flipBit("%020d.log".formatted(0), (position + 64 + 200) * 8);
        assertEquals(null, broker.nativeAt(position), "rot of this run is not handed out either");
        traffic(directory.topic("other", 1), 1_500);
        settle();

        assertTrue(broker.log().begin() > position);
        assertEquals(1, ids(broker, letters.partition(0)).size(), "the whole one was carried, the damaged one was not");
    }
}
