package io.posthorse.protocol.openwire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.apache.activemq.command.ConsumerInfo;
import org.apache.activemq.command.MessageAck;
import org.junit.jupiter.api.Test;

/** What large messages may take on their way to clients. */
class LargeMessagesTest {
    private final LargeMessages large = new LargeMessages(100);
    private final List<String> woken = new ArrayList<>();

    private final class Consumer implements Consumption {
        private final String name;

        Consumer(String name) {
            this.name = name;
        }

        @Override
        public void wake() {
            woken.add(name);
        }

        @Override
        public ConsumerInfo info() {
            return null;
        }

        @Override
        public void acknowledge(MessageAck ack, Unit unit) {
            // it has none
        }

        @Override
        public void close(long lastDelivered) {
            // nothing was opened
        }
    }

    private final Consumer a = new Consumer("a");
    private final Consumer b = new Consumer("b");

    @Test
    void oneMessageOfAnySizeIsSentAndTheNextOneWaits() {
        assertTrue(large.admits(1_000, a));
        large.sent(1_000);
        assertFalse(large.admits(1, b));
        assertTrue(large.isAwaited());
        assertEquals(List.of(), woken);
        large.taken(1_000);
        assertEquals(List.of("b"), woken);
        assertFalse(large.isAwaited());
        assertTrue(large.admits(1, b));
    }

    @Test
    void severalAreSentWhileThereIsRoom() {
        large.sent(60);
        assertTrue(large.admits(40, a));
        large.sent(40);
        assertTrue(large.isFull(b));
        assertFalse(large.admits(1, a));
        large.forget(a);
        large.taken(60);
        assertEquals(List.of("b"), woken);
        assertFalse(large.isFull(b));
    }
}
