package io.posthorse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When records are made of what a turn has settled. */
class SettlementsTest {
    @Test
    void noRecordNamesASubscriptionAfterItsDeletion() throws IOException {
        Directory directory = new Directory();
        Broker broker = directory.open();
        Topic queue = directory.topic("queue", 1);
        Subscription own = directory.settler("own");
        directory.shard.turn();
        broker.settlements().begin(own, queue.partition(0), 0);
        directory.rest();
        directory.publish(queue.partition(0), 10);
        directory.shard.turn();
        assertTrue(broker.settlements().settle(own, queue.partition(0), 0));
        assertTrue(broker.delete(own));
        directory.rest();
        List<Event> events = Rot.all(broker);
        assertEquals(new Event.SubscriptionDeleted("own"), events.getLast());
        assertTrue(events.get(events.size() - 2) instanceof Event.Settled);
    }
}
