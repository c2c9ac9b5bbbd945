package io.posthorse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** Topics of as many partitions, and numbers as great, as there may be. */
class ManyPartitionsTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final long BYTES_MAX = 200L << 20;

    private final Directory directory = new Directory();

    @Test
    void aTopicWithTheMaximumOfPartitionsIsCreatedWithoutQuadraticCopies() throws IOException {
        directory.open();
        long before = THREADS.getCurrentThreadAllocatedBytes();
        Topic topic = directory.topic("many", TopicSettings.PARTITIONS_MAX);
        assertEquals(TopicSettings.PARTITIONS_MAX, topic.size());
        long made = THREADS.getCurrentThreadAllocatedBytes();
        assertTrue(made - before < BYTES_MAX, made - before + " bytes to make it");

        Topic found = directory.killed().topic("many");
        long opened = THREADS.getCurrentThreadAllocatedBytes();
        assertTrue(opened - made < BYTES_MAX, opened - made + " bytes to find it");
        assertEquals(topic.size(), found.partitions().size());
        assertEquals(topic.size() - 1, found.partition(topic.size() - 1).number());
        assertTrue(found.isNumberedInRow());
        assertNull(found.partition(topic.size()));
    }

    @Test
    void allTopicsTogetherHaveNoMorePartitionsThanTheHeapAllows() throws IOException {
        Broker broker = directory.open();
        broker.partitionsInAll = 2_000;
        assertTrue(broker.hasRoomForTopic());
        Topic first = directory.topic("first", 1_500);
        assertFalse(broker.hasRoomForTopic(), "none comes to be with its first message");
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> directory.topic("second", 600));
        assertTrue(refusal.getMessage().contains("may have 2000 in all"), refusal.getMessage());
        assertThrows(IllegalArgumentException.class, () -> directory.topic("first", 2_100));
        assertEquals(1_500, first.size());
        assertNull(broker.topic("second"));
        directory.topic("small", 400);
        assertTrue(directory.shard.turn().delete(first));
        directory.rest();
        assertTrue(broker.hasRoomForTopic());
        assertEquals(1_400, directory.topic("second", 1_400).size());

        Broker smaller = directory.killed();
        smaller.partitionsInAll = 10;
        assertEquals(1_400, smaller.topic("second").size(), "what is there stays");
        assertEquals(400, directory.topic("small", 400).size());
    }

    /** Numbers are never given again, so a broker of many short-lived topics comes to the millions. */
    @Test
    void aCheckpointWithHighPartitionNumbersIsRead() throws IOException {
        Broker broker = directory.open();
        int partition = broker.state().nextPartition() + (1 << 24);
        int subscription = broker.state().subscriptions.next() + (1 << 24);
        broker = directory.shard.turn();
        assertTrue(broker.append(new Event.TopicChanged("far", TopicSettings.of(1), partition)));
        assertTrue(broker.append(new Event.SubscriptionChanged("far", SubscriptionSettings.STANDARD, subscription)));

        Broker next = directory.closed();

        assertEquals(partition, next.topic("far").partition(0).id());
        assertEquals(subscription, next.subscription("far").number());
        assertEquals(partition + 1, directory.topic("later", 1).partition(0).id());
        assertEquals(subscription + 1, directory.settler("later").number());
    }
}
