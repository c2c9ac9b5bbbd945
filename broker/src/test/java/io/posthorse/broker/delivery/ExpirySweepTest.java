package io.posthorse.broker.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.broker.MessageTraits;
import io.posthorse.broker.Settlements;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.Topic;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Messages whose time is over go where nobody consumes. */
class ExpirySweepTest {
    private static final long BEGIN = 1_700_000_000_000L;

    private final List<Long> gone = new ArrayList<>();
    /** Null where the subscription wants everything. */
    private Selector wanted;

    private Post post;
    private ExpirySweep sweep;

    private void open(long hotBytes) throws IOException {
        post = new Post(1, (feed, partition, offset, position, traits) -> {
            gone.add(post.at(position).id());
            return feed.settlements().settle(feed.subscription(), partition, offset);
        }, hotBytes);
        sweep = post.deliveries().sweep(() -> List.of(post.feed().subscription()).iterator(), new ExpirySweep.Feeds() {
            @Override
            public Feed of(Subscription subscription, Topic topic) {
                return post.deliveries().feed(topic, subscription, post.feed().undeliverable(), false);
            }

            @Override
            public Selector wanted(Subscription subscription) {
                return wanted;
            }
        });
    }

    private void publish(long id, long expiresAtMs) {
        post.publish(0, new Letter(id, MessageTraits.PRIORITY_STANDARD, expiresAtMs, null, false, false));
    }

    private void round(int most) {
        sweep.begin(most);
        post.rest();
    }

    @Test
    void expiredMessagesAreSettledAndOthersStay() throws Exception {
        open(1L << 50);
        publish(1, BEGIN + 1_000);
        publish(2, 0);
        publish(3, BEGIN + 3_000);
        publish(4, BEGIN + 1_500);
        post.rest();
        round(100);
        assertEquals(List.of(), gone);
        post.clock.advance(2_000);
        round(100);
        assertEquals(List.of(1L, 4L), gone);
        round(100);
        assertEquals(List.of(1L, 4L), gone);
        post.clock.advance(2_000);
        round(100);
        assertEquals(List.of(1L, 4L, 3L), gone);
        assertEquals(List.of(), post.failures);
    }

    @Test
    void heldMessagesAreNotExpired() throws Exception {
        open(1L << 50);
        publish(1, BEGIN + 1_000);
        post.rest();
        new Collector(post, null, 1).attach();
        post.rest();
        assertEquals(1, post.feed().held());
        post.clock.advance(2_000);
        round(100);
        assertEquals(List.of(), gone);
    }

    /** Between two rounds the last consumer has gone, and another one has come: it has a feed of its own. */
    @Test
    void aConsumerThatAttachesDuringASweepKeepsItsMessages() throws Exception {
        open(1L << 50);
        for (int i = 1; i <= 200; i++) {
            publish(i, i == 150 ? BEGIN + 1_000 : 0);
        }
        post.rest();
        round(10);
        Feed now = post.deliveries().feed(
                post.feed().topic(), post.feed().subscription(), post.feed().undeliverable(), false);
        Collector holder = new Collector(post, null, 200);
        post.turn();
        now.attach(holder.consumer);
        post.rest();
        assertEquals(200, holder.held.size());
        post.clock.advance(2_000);
        for (int i = 0; i < 20; i++) {
            round(100);
        }
        assertEquals(List.of(), gone);
    }

    @Test
    void expiredMessagesTheSelectorExcludesAreSettledSilently() throws Exception {
        open(1L << 50);
        wanted = new Selector() {
            @Override
            public String key() {
                return "even";
            }

            @Override
            public boolean matches(long position) {
                return post.at(position).id() % 2 == 0;
            }
        };
        for (int i = 0; i < 10; i++) {
            publish(i, BEGIN + 1);
        }
        publish(10, 0);
        post.rest();
        post.clock.advance(1_000);
        round(100);
        assertEquals(List.of(0L, 2L, 4L, 6L, 8L), gone);
        Settlements settlements = post.feed().settlements();
        assertEquals(1, settlements.waiting(post.feed().subscription(), post.feed().topic().partition(0)));
    }

    @Test
    void aRoundIsBoundedAndTheNextOneContinues() throws Exception {
        open(1L << 50);
        for (int i = 0; i < ExpirySweep.OF_PARTITION_MAX + 200; i++) {
            publish(i, BEGIN + 1);
        }
        post.rest();
        post.clock.advance(1_000);
        round(100);
        assertTrue(gone.size() > 50 && gone.size() <= 100 + 64, "in one round: " + gone.size());
        for (int i = 0; i < 30; i++) {
            round(100);
        }
        assertEquals(LongStream.range(0, ExpirySweep.OF_PARTITION_MAX + 200).boxed().toList(), gone);
    }

    /** {@link Post#at} fails where somebody would wait for the disk. */
    @Test
    void theSweepDoesNotWaitForTheDisk() throws Exception {
        open(0);
        for (int i = 0; i < 300; i++) {
            publish(i, BEGIN + 1);
        }
        post.rest();
        post.clock.advance(1_000);
        for (int i = 0; i < 10; i++) {
            round(1_000);
        }
        assertEquals(LongStream.range(0, 300).boxed().toList(), gone);
        assertEquals(List.of(), post.failures);
    }
}
