package io.posthorse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Commands that need old messages: nobody reads them on the owner's thread, and they run again when they were read. */
class ResidentRecordsTest {
    private static final int BODY = 100;

    private final Directory directory = new Directory();
    /** Reads that the background has not done yet. */
    private final ArrayDeque<Runnable> reads = new ArrayDeque<>();

    private Broker broker;
    private Partition partition;
    private OldMessages old;

    @BeforeEach
    void open() throws IOException {
        directory.hotBytes = 0;
        broker = directory.open();
        partition = directory.topic("t", 2).partition(0);
        old = new OldMessages(broker, (job, done) -> reads.add(() -> {
            try {
                job.run();
                done.accept(null);
            } catch (IOException e) {
                done.accept(e);
            }
        }));
    }

    private long published() {
        directory.publish(partition, BODY);
        directory.rest();
        return broker.positionOf(partition, broker.end(partition) - 1);
    }

    private void bring(NotResidentException missing) {
        assertTrue(old.read(missing.lookup(broker.decisions()), new RetriedRequest()));
        reads.remove().run();
    }

    @Test
    void aColdMessageIsReadByAnotherThreadFirst() {
        long position = published();
        NotResidentException missing = assertThrows(NotResidentException.class, () -> broker.resident().message(position));
        assertFalse(broker.resident().has(position), "the lookup was not done yet");
        bring(missing);
        assertEquals(TestFormat.HEADER + BODY, broker.resident().message(position).remaining());
    }

    @Test
    void aPositionWithoutARecordIsLookedUpOnce() {
        long position = published() + 8;
        bring(assertThrows(NotResidentException.class, () -> broker.resident().message(position)));
        assertNull(broker.resident().message(position));
        assertNull(broker.resident().message(-1));
    }

    @Test
    void aCommandThatHasChangedTheStateIsNotRunAgain() {
        long position = published();
        long before = broker.decisions();
        directory.shard.turn();
        directory.publish(partition, BODY);
        NotResidentException late = assertThrows(NotResidentException.class, () -> broker.resident().message(position));
        assertThrows(IllegalStateException.class, () -> late.lookup(before));
    }

    @Test
    void timesOfOneAnswerAreReadTogether() {
        published();
        published();
        ResidentRecords.Times first = broker.resident().times();
        assertEquals(-1, first.at(partition, 0));
        assertEquals(-1, first.at(partition, 1));
        assertEquals(-1, first.at(partition, 2), "there is none");
        bring(assertThrows(NotResidentException.class, first::require));
        ResidentRecords.Times again = broker.resident().times();
        assertTrue(again.at(partition, 0) > 0);
        assertTrue(again.at(partition, 1) >= again.at(partition, 0));
        again.require();
    }

    @Test
    void aCommandRunsAgainAfterItsLookupAndLookupsAreBounded() {
        List<Long> done = new ArrayList<>();
        List<Long> positions = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            positions.add(published());
        }
        for (long position : positions) {
            RetriedRequest retry = new RetriedRequest();
            retry.onRead(() -> {
                try {
                    broker.resident().message(position);
                    done.add(position);
                } catch (NotResidentException e) {
                    assertTrue(old.read(e.lookup(broker.decisions()), retry));
                }
            });
            retry.again();
        }
        assertEquals(8, reads.size(), "no more are under way at a time");
        while (!reads.isEmpty()) {
            reads.remove().run();
        }
        assertEquals(positions, done);
    }

    @Test
    void memoryOfWaitingRequestsIsBounded() {
        long position = published();
        int most = (int) (Runtime.getRuntime().maxMemory() / 32);
        NotResidentException missing = assertThrows(NotResidentException.class, () -> broker.resident().message(position));
        assertTrue(old.read(missing.lookup(broker.decisions()), new RetriedRequest(most)));
        assertFalse(old.read(missing.lookup(broker.decisions()), new RetriedRequest(1)));
        reads.remove().run();
        assertTrue(old.read(missing.lookup(broker.decisions()), new RetriedRequest(most)),
                "they count until they run again");
    }

    @Test
    void anIdIsSearchedByAnotherThreadAndItsAnswerUsedOnce() {
        published();
        OriginalMessages originals = broker.originals();
        Topic topic = partition.topic();
        bring(assertThrows(NotResidentException.class, () -> originals.hasId(topic, "unknown")));
        assertFalse(originals.hasId(topic, "unknown"));
        assertThrows(NotResidentException.class, () -> originals.hasId(topic, "unknown"), "messages may have come since");
    }

    @Test
    void aColdPreparedGroupIsReadByAnotherThreadFirst() {
        directory.shard.turn();
        AtomicGroup group = broker.group();
        group.publish(partition, new TestFormat.Sent(7, partition.id(), BODY));
        assertEquals(Admission.ADMITTED, broker.preparedGroups().prepare("old", group));
        directory.rest();
        bring(assertThrows(NotResidentException.class, () -> broker.preparedGroups().requireResident("old")));
        broker.preparedGroups().requireResident("old");
        broker.preparedGroups().requireResident("there is none");
    }

    @Test
    void anUndecidedMessageIsCheckedOnceItIsResident() {
        List<Long> asked = new ArrayList<>();
        broker.transactions().onUndecided((offset, position, bytes, times) -> asked.add(offset));
        directory.shard.turn();
        broker.admit(TestFormat.HEADER + BODY, 1);
        broker.transactions().prepare(partition, new TestFormat.Sent(1, partition.id(), BODY), broker.now() + 500);
        directory.rest();
        directory.timers.advance(600);
        directory.endTurn();
        assertTrue(asked.isEmpty(), "nobody waits for the disk");
        directory.rest();
        assertEquals(List.of(0L), asked);
    }
}
