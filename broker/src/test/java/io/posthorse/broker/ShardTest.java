package io.posthorse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** The turns of a shard. */
class ShardTest {
    private static final int BODY = 20;

    private final Directory directory = new Directory();

    @Test
    void messagesReceivedInALongTurnAreNotStampedWithItsBeginning() throws IOException {
        Broker broker = directory.open();
        Partition partition = directory.topic("t", 1).partition(0);
        long began = directory.shard.turn().wallNow();
        broker.publish(partition, new TestFormat.Sent(1, partition.id(), BODY), false);
        directory.clock.advance(7);
        directory.shard.received();
        directory.shard.turn().publish(partition, new TestFormat.Sent(2, partition.id(), BODY), false);
        directory.rest();
        assertEquals(began, time(broker, partition, 0));
        assertEquals(began + 7, time(broker, partition, 1));
    }

    private static long time(Broker broker, Partition partition, long offset) {
        return PartitionReader.timeAt(broker.log(), partition.index, offset);
    }
}
