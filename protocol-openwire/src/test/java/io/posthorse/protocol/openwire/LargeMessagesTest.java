package io.posthorse.protocol.openwire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.posthorse.platform.QuotaHolder;
import io.posthorse.platform.QuotaShares;
import io.posthorse.testkit.SimulatedClock;
import io.posthorse.testkit.SimulatedTimers;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.apache.activemq.command.ConsumerInfo;
import org.apache.activemq.command.MessageAck;
import org.junit.jupiter.api.Test;

/** The memory for large messages on their way to clients, and the minimum rate of sending them. */
class LargeMessagesTest {
    private static final int MIB = 1 << 20;
    private static final QuotaHolder ANN = new QuotaHolder("ann", InetAddress.getLoopbackAddress());
    private static final QuotaHolder BOB = new QuotaHolder("bob", InetAddress.getLoopbackAddress());
    private static final QuotaHolder CAT = new QuotaHolder("cat", InetAddress.getLoopbackAddress());

    private final LargeMessages large = new LargeMessages(16 * MIB, new QuotaShares(50, 50));
    private final List<String> woken = new ArrayList<>();
    private final SimulatedClock clock = new SimulatedClock(0);
    private final SimulatedTimers timers = new SimulatedTimers(clock);

    private final class Consumer implements ClientConsumer {
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
        public void acknowledge(MessageAck ack, OpenTransaction unit) {
            // it has no messages
        }

        @Override
        public void close(long lastDelivered) {
            // nothing is open
        }
    }

    /** A client that receives parts on demand. */
    private final class Client implements LargeSends.Peer {
        private final QuotaHolder holder;
        private final ArrayDeque<Runnable> parts = new ArrayDeque<>();
        private final LargeSends sends = new LargeSends(large, this, clock, timers);
        private String ended;

        Client(QuotaHolder holder) {
            this.holder = holder;
        }

        void receiveParts(int count) {
            for (int i = 0; i < count; i++) {
                parts.poll().run();
            }
        }

        @Override
        public QuotaHolder holder() {
            return holder;
        }

        @Override
        public boolean isOpen() {
            return ended == null;
        }

        @Override
        public void send(ByteBuf bytes, Runnable gone) {
            bytes.release();
            parts.add(gone);
        }

        @Override
        public void flush() {
            // nothing is buffered
        }

        @Override
        public void end(String reason) {
            ended = reason;
            while (!parts.isEmpty()) {
                parts.poll().run();
            }
        }
    }

    private final Consumer a = new Consumer("a");
    private final Consumer b = new Consumer("b");
    private final Consumer c = new Consumer("c");

    @Test
    void usersShareTheMemoryAndNoneExceedsItsShare() {
        assertTrue(large.take(5 * MIB, a, ANN));
        assertFalse(large.take(4 * MIB, a, ANN));
        assertTrue(large.take(4 * MIB, b, BOB));
        assertTrue(large.isAwaited());
        large.give(4 * MIB, BOB);
        assertEquals(List.of("a"), woken);
        assertFalse(large.isAwaited());
    }

    @Test
    void anOversizedMessageIsSentAndDelaysOnlyOtherOversizedOnes() {
        assertTrue(large.take(90 * MIB, a, ANN));
        assertFalse(large.take(9 * MIB, b, BOB));
        assertTrue(large.take(8 * MIB, b, BOB));
        assertTrue(large.take(2 * MIB, a, ANN));
        large.give(90 * MIB, ANN);
        assertEquals(List.of("b"), woken);
        assertTrue(large.take(9 * MIB, b, BOB));
    }

    @Test
    void usersTakeTurnsWithOversizedMessages() {
        assertTrue(large.take(90 * MIB, a, ANN));
        assertFalse(large.take(90 * MIB, c, ANN));
        assertFalse(large.take(90 * MIB, b, BOB));
        large.give(90 * MIB, ANN);
        assertEquals(List.of("b", "c"), woken);
        assertTrue(large.take(90 * MIB, b, BOB));
        large.give(90 * MIB, BOB);
        assertTrue(large.take(90 * MIB, a, ANN), "no other user waits");
        large.give(90 * MIB, ANN);
        large.take(90 * MIB, c, CAT);
        assertFalse(large.take(90 * MIB, b, BOB));
        large.give(90 * MIB, CAT);
        woken.clear();
        assertTrue(large.take(90 * MIB, a, ANN));
        assertFalse(large.take(90 * MIB, b, BOB));
        large.forget(b);
        large.give(90 * MIB, ANN);
        assertEquals(List.of(), woken);
    }

    @Test
    void aSlowReaderIsDisconnectedWhileOthersWait() {
        Client slow = new Client(ANN);
        assertTrue(large.take(90 * MIB, a, ANN));
        slow.sends.send(Unpooled.wrappedBuffer(new byte[90 * MIB]), 90 * MIB);
        timers.advance(100_000);
        assertEquals(null, slow.ended, "no consumer waits");
        assertFalse(large.take(90 * MIB, b, BOB));
        timers.advance(9_000);
        assertEquals(null, slow.ended);
        slow.receiveParts(1); // the grace period does not begin anew with each part
        timers.advance(7_000);
        assertTrue(slow.ended.contains("256 KiB a second"), slow.ended);
        assertEquals(List.of("b"), woken);
        assertTrue(large.take(90 * MIB, b, BOB));
    }

    @Test
    void aReaderAtTheMinimumRateKeepsItsConnection() {
        Client slow = new Client(ANN);
        assertTrue(large.take(20 * MIB, a, ANN));
        slow.sends.send(Unpooled.wrappedBuffer(new byte[20 * MIB]), 20 * MIB);
        assertFalse(large.take(90 * MIB, b, BOB));
        for (int i = 0; i < 20; i++) {
            timers.advance(4_000);
            slow.receiveParts(1);
        }
        assertEquals(null, slow.ended);
        assertEquals(List.of("b"), woken);
    }
}
