package io.posthorse.broker.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.broker.Partition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What one pump may cost, whatever consumers and messages there are. */
class PumpTest {
    private static final int EVALUATED_MAX = 600;

    private Post post;
    private int evaluated;

    @BeforeEach
    void open() throws IOException {
        post = new Post(1, (feed, partition, offset, position, traits) -> false);
    }

    private class Counting implements Selector {
        private final long wanted;

        Counting(long wanted) {
            this.wanted = wanted;
        }

        @Override
        public String key() {
            return "is " + wanted;
        }

        @Override
        public boolean matches(long position) {
            evaluated++;
            return post.at(position).id() == wanted;
        }
    }

    private void publish(int count) {
        for (int i = 1; i <= count; i++) {
            post.publish(0, Letter.plain(i));
            if (i % 500 == 0) {
                post.rest();
            }
        }
        post.rest();
    }

    /** Runs the owner's tasks; the most that one of them evaluated. */
    private int most() {
        int most = 0;
        int before = evaluated;
        while (post.step()) {
            most = Math.max(most, evaluated - before);
            before = evaluated;
        }
        return most;
    }

    @Test
    void aPumpEvaluatesABoundedNumberOfMessagesForAllSelectors() {
        publish(2_000);
        List<Collector> readers = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            readers.add(new Collector(post, new Counting(2_000 - i), 10).attach());
        }
        int most = most();
        assertTrue(most <= EVALUATED_MAX, most + " evaluated at once");
        assertTrue(evaluated <= 50 * 2_000, evaluated + " evaluated");
        for (int i = 0; i < 50; i++) {
            assertEquals(List.of(2_000L - i), readers.get(i).got);
        }
    }

    @Test
    void aSelectorWithoutMatchesDoesNotDelayOthers() {
        publish(2_000);
        for (int i = 1; i <= 20; i++) {
            new Collector(post, new Counting(-i), 10).attach();
        }
        Collector one = new Collector(post, new Counting(1), 10).attach();
        for (int i = 21; i <= 40; i++) {
            new Collector(post, new Counting(-i), 10).attach();
        }
        while (one.got.isEmpty() && post.step()) {
            assertTrue(evaluated < 22 * EVALUATED_MAX, "each has one turn before it");
        }
        assertEquals(List.of(1L), one.got);
    }

    @Test
    void anAcknowledgementOfOneConsumerEvaluatesNothingForOthers() {
        List<Collector> readers = new ArrayList<>();
        for (int i = 1; i <= 30; i++) {
            readers.add(new Collector(post, new Counting(i), 2).attach());
        }
        publish(30);
        evaluated = 0;
        int asked = readers.stream().mapToInt(r -> r.asked).sum();
        post.turn();
        post.feed().settle(readers.getFirst().held);
        readers.getFirst().consumer.credit(2);
        readers.getFirst().consumer.wake();
        post.rest();
        assertEquals(0, evaluated);
        assertTrue(readers.stream().mapToInt(r -> r.asked).sum() - asked <= 2, "only that one is asked");
    }

    @Test
    void consumersThatAreNotReadyAreAskedOnce() {
        List<Collector> idle = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            Collector one = new Collector(post, null, 10);
            one.ready = false;
            idle.add(one.attach());
        }
        Collector busy = new Collector(post, null, 1_000).attach();
        for (int i = 1; i <= 100; i++) {
            post.publish(0, Letter.plain(i));
            post.rest();
        }
        assertEquals(100, busy.got.size());
        int asked = idle.stream().mapToInt(r -> r.asked).sum();
        assertEquals(1_000, asked, "once each");
        idle.getFirst().ready = true;
        idle.getFirst().consumer.wake();
        post.publish(0, Letter.plain(101));
        post.publish(0, Letter.plain(102));
        post.rest();
        assertEquals(1, idle.getFirst().got.size(), "who wakes has its turn");
    }

    @Test
    void consumersOfOnePriorityTakeTurns() {
        List<Collector> readers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            readers.add(new Collector(post, null, 1_000).attach());
        }
        post.rest();
        publish(95);
        for (Collector reader : readers) {
            assertTrue(reader.got.size() == 9 || reader.got.size() == 10, reader.got.toString());
        }
    }

    /** A window full of messages whose groups others have is not what a message for everybody waits behind. */
    @Test
    void groupsOfOtherConsumersAreNotSearchedForEachConsumer() {
        Collector owner = new Collector(post, null, 10).attach();
        for (char group = 'a'; group <= 'j'; group++) {
            post.publish(0, new Letter(group, 4, 0, String.valueOf(group), false, false));
        }
        post.rest();
        assertEquals(10, owner.got.size());
        for (int i = 1; i <= 3_000; i++) {
            post.publish(0, new Letter(i, 4, 0, String.valueOf((char) ('a' + i % 10)), false, false));
        }
        List<Collector> others = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            others.add(new Collector(post, null, 10).attach());
        }
        post.rest();
        int asked = others.stream().mapToInt(r -> r.asked).sum();
        for (int i = 1; i <= 200; i++) {
            post.publish(0, Letter.plain(10_000 + i));
            post.rest();
        }
        assertEquals(200, others.stream().mapToInt(r -> r.got.size()).sum());
        int more = others.stream().mapToInt(r -> r.asked).sum() - asked;
        assertTrue(more < 200 * 10, more + " times asked for 200 messages");
    }

    /** Messages that another selector's consumer has taken do not fill a window for good. */
    @Test
    void aWindowIsSweptOfMessagesTakenByOthers() {
        Selector odd = new Selector() {
            @Override
            public String key() {
                return "all but few";
            }

            @Override
            public boolean matches(long position) {
                return true;
            }
        };
        Collector owner = new Collector(post, null, 1).attach();
        post.publish(0, new Letter(1, 4, 0, "g", false, false));
        post.rest();
        Collector other = new Collector(post, odd, 10).attach();
        for (int i = 2; i <= 5_000; i++) {
            post.publish(0, new Letter(i, 4, 0, "g", false, false));
        }
        long wanted = post.publish(0, Letter.plain(9_999));
        post.rest();
        assertEquals(List.of(), other.got);
        assertEquals(List.of(), other.got);
        owner.consumer.credit(4_000);
        owner.consumer.wake();
        post.rest();
        assertEquals(List.of(9_999L), other.got, "offset " + wanted);
    }

    @Test
    void browsingIsBoundedToo() {
        publish(3_000);
        List<Long> seen = new ArrayList<>();
        int[] ends = new int[1];
        post.turn();
        post.deliveries().browse(post.feed().topic(), post.feed().subscription(), new Counting(2_999),
                new BrowsingConsumer.Reader() {
            @Override
            public boolean takes() {
                return true;
            }

            @Override
            public boolean show(Partition partition, long offset, long position) {
                seen.add(post.at(position).id());
                return true;
            }

            @Override
            public void end() {
                ends[0]++;
            }

            @Override
            public void flush() {}
        });
        int most = most();
        assertTrue(most <= EVALUATED_MAX, most + " evaluated at once");
        assertEquals(List.of(2_999L), seen);
        assertEquals(1, ends[0]);
    }

    @Test
    void hasConsumersNeedsNoSearch() {
        assertEquals(false, post.deliveries().hasConsumers(post.feed().topic()));
        Collector one = new Collector(post, null, 1).attach();
        Collector two = new Collector(post, null, 1).attach();
        one.consumer.detach();
        assertTrue(post.deliveries().hasConsumers(post.feed().topic()));
        assertTrue(post.deliveries().hasConsumers("readers"));
        two.consumer.detach();
        assertEquals(false, post.deliveries().hasConsumers(post.feed().topic()));
        assertEquals(false, post.deliveries().hasConsumers("readers"));
    }

    /** What came back is remembered for the last ones only: who was away for longer looks at everything again. */
    @Test
    void aConsumerWithoutCreditForLongGetsAllMessagesGivenBack() {
        Collector away = new Collector(post, null, 0).attach();
        Selector others = new Counting(-1) {
            @Override
            public boolean matches(long position) {
                return true;
            }
        };
        Collector first = new Collector(post, others, 9_000).attach();
        away.consumer.credit(1);
        away.consumer.wake();
        publish(1);
        assertEquals(1, away.got.size() + first.got.size());
        publish(9_000);
        post.turn();
        List.copyOf(first.held).forEach(delivery -> post.feed().release(delivery, false));
        post.feed().settle(away.held);
        first.consumer.detach();
        away.consumer.credit(10_000);
        away.consumer.wake();
        post.rest();
        assertEquals(9_001, away.got.size());
        assertEquals(0, post.failures.size());
    }

    @Test
    void messagesGivenBackAreExaminedByEachSelectorInTurn() {
        Collector first = new Collector(post, null, 700).attach();
        publish(700);
        for (int i = 0; i < 30; i++) {
            new Collector(post, new Counting(-i), 10).attach();
        }
        post.rest();
        evaluated = 0;
        post.turn();
        first.held.forEach(delivery -> post.feed().release(delivery, false));
        assertEquals(0, evaluated, "nothing is evaluated while a client waits");
        first.got.clear();
        int most = most();
        assertTrue(most <= EVALUATED_MAX, most + " evaluated at once");
        assertEquals(30 * 700, evaluated);
        first.consumer.credit(700);
        first.consumer.wake();
        post.rest();
        assertEquals(LongStream.rangeClosed(1, 700).boxed().toList(), first.got);
    }
}
