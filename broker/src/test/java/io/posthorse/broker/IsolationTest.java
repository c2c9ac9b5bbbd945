package io.posthorse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.log.LogSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

/** A failure of a message, format, waiter or answer costs what failed, and nothing else; case D9. */
class IsolationTest {
    private final Directory directory = new Directory();

    /** A message whose bytes cannot be had. */
    private record Broken(int written) implements Message {
        @Override
        public int length() {
            return 100;
        }

        @Override
        public int tag() {
            return 0;
        }

        @Override
        public byte format() {
            return TestFormat.ID;
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
        public void write(ByteBuffer out) {
            if (written < -1) {
                throw new StackOverflowError();
            }
            if (written < 0) {
                throw new IllegalStateException("an adapter's fault");
            }
            out.position(out.position() + written);
        }
    }

    /** A format that fails over one message while it is told to. */
    private static final class FailingStamp extends TestFormat {
        private final long messageId;
        boolean fails;

        FailingStamp(long messageId) {
            this.messageId = messageId;
        }

        @Override
        public void stamp(ByteBuffer bytes, int at, long offset, long position, long timeMs) {
            if (fails && bytes.getLong(at) == messageId) {
                throw new IllegalStateException("a format's fault");
            }
            super.stamp(bytes, at, offset, position, timeMs);
        }
    }

    private static TestFormat.Sent sent(int id, Topic topic) {
        return new TestFormat.Sent(id, topic.partition(0).id(), 10);
    }

    private boolean isAcknowledged(Topic topic) {
        boolean[] answered = new boolean[1];
        Broker broker = directory.shard.turn();
        assertEquals(Admission.ADMITTED, broker.admit(TestFormat.HEADER + 10, 1));
        broker.publish(topic.partition(0), new TestFormat.Sent(1_000, topic.partition(0).id(), 10), false);
        long end = broker.tail();
        directory.shard.park(new PendingReplies() {
            @Override
            public boolean committed(long position) {
                answered[0] = position >= end;
                return !answered[0];
            }

            @Override
            public void failed(IOException cause) {}
        });
        directory.rest();
        return answered[0];
    }

    @Test
    void aMessageThatFailsToWriteAffectsNoOther() throws IOException {
        directory.open();
        Topic topic = directory.topic("topic", 1);
        Broker broker = directory.shard.turn();
        broker.admit(300, 3);
        assertThrows(IllegalStateException.class, () -> broker.publish(topic.partition(0), new Broken(-1), false));
        assertThrows(IllegalStateException.class, () -> broker.publish(topic.partition(0), new Broken(7), false));
        assertTrue(isAcknowledged(topic));
        assertEquals(1, broker.end(topic.partition(0)));
        Broker again = directory.killed();
        assertEquals(1, again.end(again.topic("topic").partition(0)));
    }

    @Test
    void aFailingMessageEndsItsBatch() throws IOException {
        directory.open();
        Topic topic = directory.topic("topic", 1);
        Broker broker = directory.shard.turn();
        broker.admit(600, 3);
        broker.publish(topic.partition(0), new TestFormat.Sent(1, topic.partition(0).id(), 10), true);
        assertThrows(IllegalStateException.class, () -> broker.publish(topic.partition(0), new Broken(-1), true));
        assertTrue(isAcknowledged(topic));
        Broker again = directory.killed();
        assertEquals(2, again.end(again.topic("topic").partition(0)));
    }

    @Test
    void aFailingMessageInAnAtomicGroupFailsTheWholeGroup() throws IOException {
        directory.open();
        Topic topic = directory.topic("topic", 1);
        Broker broker = directory.shard.turn();
        long tail = broker.tail();
        AtomicGroup group = broker.group();
        group.publish(topic.partition(0), new TestFormat.Sent(1, topic.partition(0).id(), 10));
        group.publish(topic.partition(0), new Broken(-1));
        assertThrows(IllegalStateException.class, group::commit);
        assertEquals(tail, broker.tail());
        assertTrue(isAcknowledged(topic));
    }

    @Test
    void aMessageThatCannotBeStampedFailsItsWholeGroup() throws IOException {
        FailingStamp format = new FailingStamp(2);
        format.fails = true;
        directory.format = format;
        Broker broker = directory.open();
        Topic topic = directory.topic("topic", 1);
        directory.shard.turn();
        for (int id = 1; id <= 2; id++) {
            AtomicGroup group = broker.group();
            group.publish(topic.partition(0), sent(1, topic));
            group.publish(topic.partition(0), sent(2, topic));
            if (id == 1) {
                long tail = broker.tail();
                assertThrows(IllegalStateException.class, group::commit);
                assertEquals(tail, broker.tail());
            } else {
                assertEquals(Admission.ADMITTED, broker.preparedGroups().prepare("id", group));
                directory.rest();
                directory.shard.turn();
                assertThrows(IllegalStateException.class, () -> broker.preparedGroups().commit("id"));
            }
        }
        directory.rest();
        assertEquals(0, broker.end(topic.partition(0)), "nothing of it has happened");
        format.fails = false;
        directory.shard.turn();
        assertEquals(Admission.ADMITTED, broker.preparedGroups().commit("id"));
        directory.rest();
        assertEquals(2, broker.end(topic.partition(0)), "and each once when it can");
    }

    @Test
    void aMessageThatOverflowsTheStackFailsItsPreparedGroupOnly() throws IOException {
        Broker broker = directory.open();
        Topic topic = directory.topic("topic", 1);
        directory.shard.turn();
        AtomicGroup group = broker.group();
        group.publish(topic.partition(0), new Broken(-2));
        assertThrows(StackOverflowError.class, () -> broker.preparedGroups().prepare("id", group));
        assertTrue(isAcknowledged(topic));
        assertEquals(List.of(), List.copyOf(broker.preparedGroups().ids()));
    }

    @Test
    void aCancelledMessageIsNotDeliveredAfterAnotherIsSetAside() throws IOException {
        FailingStamp format = new FailingStamp(1);
        directory.format = format;
        Broker broker = directory.open();
        Topic topic = directory.topic("topic", 1);
        directory.shard.turn();
        broker.admit(2 * (TestFormat.HEADER + 10), 2);
        for (int id = 1; id <= 2; id++) {
            broker.delayed().publishAt(topic.partition(0), sent(id, topic), broker.wallNow() + 1_000 * id);
        }
        directory.rest();
        directory.shard.turn();
        assertEquals(CommandOutcome.DONE, broker.delayed().cancel(broker.delayed().lastOffset()));
        format.fails = true;
        directory.pass(10_000);
        assertEquals(1, directory.faults.size(), directory.faults.toString());
        assertEquals(0, broker.end(topic.partition(0)));
    }

    @Test
    void anUndecidedMessageThatCannotBeSetAsideHoldsUpNoOther() throws IOException {
        FailingStamp format = new FailingStamp(1);
        directory.format = format;
        Broker broker = directory.open();
        Topic topic = directory.topic("topic", 1);
        broker.transactions().onUndecided((offset, position, bytes, times) -> true);
        directory.shard.turn();
        broker.admit(3 * (TestFormat.HEADER + 10), 3);
        broker.transactions().prepare(topic.partition(0), sent(1, topic), broker.now());
        broker.transactions().prepare(topic.partition(0), sent(2, topic), broker.now());
        broker.delayed().publishAt(topic.partition(0), sent(3, topic), broker.wallNow() + 5_000);
        directory.rest();
        format.fails = true;
        directory.pass(10_000);
        assertEquals(1, broker.transactions().suspendedSize(), "the other one");
        assertEquals(1, broker.end(topic.partition(0)), "what is due comes");
        assertTrue(directory.faults.size() < 20, directory.faults.size() + " times told");
        format.fails = false;
        directory.pass(10_000);
        assertEquals(2, broker.transactions().suspendedSize());
    }

    @Test
    void aFormatThatFailsOnADueMessageHoldsUpNoOther() throws IOException {
        boolean[] fails = new boolean[1];
        directory.format = new TestFormat() {
            @Override
            public void keys(ByteBuffer bytes, int at, int length, IntConsumer sink) {
                if (fails[0]) {
                    throw new IllegalStateException("a format's fault");
                }
                super.keys(bytes, at, length, sink);
            }
        };
        Broker broker = directory.open();
        Topic topic = directory.topic("topic", 1);
        directory.shard.turn();
        broker.admit(TestFormat.HEADER + 10, 2);
        broker.delayed().publishAt(topic.partition(0), new TestFormat.Sent(1, topic.partition(0).id(), 10),
                broker.wallNow() + 5_000);
        broker.delayed().publishLater(topic.partition(0), new TestFormat.Sent(2, topic.partition(0).id(), 10), 0);
        directory.rest();
        fails[0] = true;
        directory.pass(10_000);
        assertTrue(isAcknowledged(topic));
        assertEquals(3, broker.end(topic.partition(0)), "and they are delivered, found by offset only");
    }

    @Test
    void oldDueMessagesAreReadByTheBackgroundBeforeTheMove() throws IOException {
        directory.hotBytes = 0;
        Broker broker = directory.open();
        Topic topic = directory.topic("topic", 1);
        directory.shard.turn();
        broker.admit(700 * (TestFormat.HEADER + 10), 700);
        for (int id = 0; id < 350; id++) {
            broker.delayed().publishAt(
                    topic.partition(0), new TestFormat.Sent(id, topic.partition(0).id(), 10), broker.wallNow() + 1_000);
            broker.delayed().publishLater(topic.partition(0), new TestFormat.Sent(1_000 + id, topic.partition(0).id(), 10),
                    0);
        }
        directory.rest();
        directory.timers.advance(2_000);
        directory.endTurn(); // the background has not run
        assertEquals(256, broker.end(topic.partition(0)), "those were read to see when they are due; nobody waits for more");
        assertTrue(directory.background.hasJobs());
        directory.pass(3_000);
        assertEquals(700, broker.end(topic.partition(0)));
    }

    @Test
    void aMessageThatCannotBeMovedIsSetAsideAndReported() throws IOException {
        FailingStamp format = new FailingStamp(1);
        directory.format = format;
        Broker broker = directory.open();
        Topic topic = directory.topic("topic", 1);
        directory.shard.turn();
        broker.admit(3 * (TestFormat.HEADER + 10), 3);
        for (int id = 1; id <= 3; id++) {
            broker.delayed().publishAt(
                    topic.partition(0), new TestFormat.Sent(id, topic.partition(0).id(), 10), broker.wallNow() + 1_000 * id);
        }
        directory.rest();
        format.fails = true;
        directory.pass(10_000);
        assertEquals(2, broker.end(topic.partition(0)), "the others came");
        assertEquals(1, directory.faults.size(), directory.faults.toString());
        assertTrue(isAcknowledged(topic));
        format.fails = false;
        Broker again = directory.killed();
        directory.pass(10_000);
        assertEquals(4, again.end(again.topic("topic").partition(0)), "it is not lost");
    }

    @Test
    void aDueMessageWhoseSegmentCannotBeOpenedIsMovedLater() throws IOException {
        directory.log = new LogSettings(1 << 16, 1 << 14, 1 << 14, false);
        Broker broker = directory.open();
        Topic topic = directory.topic("topic", 1);
        Topic other = directory.topic("other", 1);
        directory.shard.turn();
        broker.admit(TestFormat.HEADER + 10, 1);
        broker.delayed().publishAt(topic.partition(0), new TestFormat.Sent(1, topic.partition(0).id(), 10),
                broker.wallNow() + 60_000);
        for (int i = 0; i < 400; i++) {
            directory.publish(other.partition(0), 400);
        }
        for (int i = 0; i < 2; i++) { // so that the start does not read the first segment
            directory.publish(other.partition(0), 400);
            directory.shard.turn();
            broker.checkpoint();
            directory.rest();
        }
        Broker again = directory.killed();
        directory.pass(50_000);
        directory.files.failOpening(".log");
        directory.pass(12_000);
        directory.files.failOpening(null);
        directory.pass(10_000);
        assertEquals(1, again.end(again.topic("topic").partition(0)));
    }

    @Test
    void aDueMessageWithoutItsSegmentHoldsUpNoOther() throws IOException {
        directory.log = new LogSettings(1 << 16, 1 << 14, 1 << 14, false);
        Broker broker = directory.open();
        Topic topic = directory.topic("topic", 1);
        Topic other = directory.topic("other", 1);
        for (int id = 1; id <= 2; id++) {
            directory.shard.turn();
            broker.admit(TestFormat.HEADER + 10, 1);
            broker.delayed().publishAt(topic.partition(0), new TestFormat.Sent(id, topic.partition(0).id(), 10),
                    broker.wallNow() + 60_000 + id);
            for (int i = 0; i < 200; i++) {
                directory.publish(other.partition(0), 400);
            }
        }
        for (int i = 0; i < 2; i++) {
            directory.publish(other.partition(0), 400);
            directory.shard.turn();
            broker.checkpoint();
            directory.rest();
        }
        Broker again = directory.killed();
        directory.pass(50_000);
        directory.files.delete("%020d.log".formatted(0));
        directory.pass(20_000);
        assertEquals(1, again.end(again.topic("topic").partition(0)), "the second one came");
        assertEquals(1, directory.faults.size(), directory.faults.toString());
    }

    @Test
    void aPreparedGroupIsNotReplacedByOneWithTheSameId() throws IOException {
        Broker broker = directory.open();
        Topic topic = directory.topic("topic", 1);
        directory.shard.turn();
        for (int id = 1; id <= 2; id++) {
            AtomicGroup group = broker.group();
            group.publish(topic.partition(0), new TestFormat.Sent(id, topic.partition(0).id(), 10));
            if (id == 1) {
                assertEquals(Admission.ADMITTED, broker.preparedGroups().prepare("same", group));
            } else {
                assertThrows(IllegalStateException.class, () -> broker.preparedGroups().prepare("same", group));
            }
        }
        directory.rest();
        directory.shard.turn();
        assertEquals(Admission.ADMITTED, broker.preparedGroups().commit("same"));
        directory.rest();
        assertEquals(1, TestFormat.messageId(broker.nativeAt(broker.positionOf(topic.partition(0), 0))));
    }

    /** Turns of others wake nobody while the disk has not taken what he waits for. */
    @Test
    void aWaiterIsWokenOnceWhenMessagesAreCommitted() throws IOException {
        directory.log = new LogSettings(directory.log.segmentBytes(), directory.log.allocateBytes(),
                directory.log.reserveBytes(), true);
        Broker broker = directory.open();
        Topic topic = directory.topic("topic", 2);
        int[] woken = new int[1];
        Waiter[] waiter = new Waiter[1];
        waiter[0] = () -> {
            woken[0]++;
            broker.await(topic.partition(0), waiter[0]);
        };
        broker.await(topic.partition(0), waiter[0]);
        publishUncommitted(topic.partition(0));
        woken[0] = 0; // the first time it is not known what he was told of
        for (int i = 0; i < 50; i++) {
            publishUncommitted(topic.partition(1));
        }
        assertEquals(0, woken[0], "nothing is visible");
        directory.rest();
        assertEquals(1, broker.end(topic.partition(0)));
        assertEquals(1, woken[0]);
    }

    /** The background does not run, so that no force comes to its end. */
    private void publishUncommitted(Partition to) {
        Broker broker = directory.shard.turn();
        assertEquals(Admission.ADMITTED, broker.admit(TestFormat.HEADER + 10, 1));
        broker.publish(to, new TestFormat.Sent(1, to.id(), 10), false);
        directory.endTurn();
    }

    @Test
    void failuresOfWaitersAnswersAndListenersAffectNoOthers() throws IOException {
        Broker broker = directory.open();
        List<String> told = new ArrayList<>();
        broker.onTopics(new TopicListener() {
            @Override
            public void created(Topic topic) {
                throw new IllegalStateException("a listener's fault");
            }

            @Override
            public void deleted(Topic topic) {}
        });
        Topic topic = directory.topic("topic", 1);
        broker.await(topic.partition(0), () -> {
            throw new IllegalStateException("a waiter's fault");
        });
        broker.await(topic.partition(0), () -> told.add("woken"));
        directory.shard.turn();
        directory.shard.park(new PendingReplies() {
            private int asked;

            @Override
            public boolean committed(long position) {
                if (asked++ == 0) {
                    throw new IllegalStateException("an answer's fault");
                }
                told.add("answered");
                return false;
            }

            @Override
            public void failed(IOException cause) {}
        });
        assertTrue(isAcknowledged(topic));
        assertEquals(List.of("answered", "woken"), told.stream().sorted().toList());
        assertEquals(3, directory.faults.size(), directory.faults.toString());
    }
}
