package io.posthorse.broker.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a feed does with messages and consumers that nobody foresaw. */
class FeedTest {
    private Post post;

    private final class Reader implements Receiver {
        final List<Long> got = new ArrayList<>();
        final List<Delivery> held = new ArrayList<>();
        final Consumer consumer = new Consumer(new Consumer.Wish(null, 0, false), new Credit(100), this);
        private int failing;

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void receive(Delivery delivery) {
            Letter letter = post.at(delivery.position());
            if (letter.odd()) {
                throw new IllegalStateException("unreadable");
            }
            got.add(letter.id());
            held.add(delivery);
        }

        @Override
        public void flush() {
            if (failing-- > 0) {
                throw new IllegalStateException("the connection has a bad day");
            }
        }
    }

    @BeforeEach
    void open() throws IOException {
        post = new Post(1, (feed, partition, offset, position, traits) -> false);
    }

    private Reader attach() {
        Reader reader = new Reader();
        post.turn();
        post.feed().attach(reader.consumer);
        post.rest();
        return reader;
    }

    @Test
    void aMessageThatCannotBeHandedOutIsSkippedAndReported() throws IOException {
        post.publish(0, Letter.plain(1));
        post.publish(0, new Letter(2, 4, 0, null, false, true));
        post.publish(0, Letter.plain(3));
        Reader reader = attach();
        assertEquals(List.of(1L, 3L), reader.got);
        assertEquals(98, reader.consumer.credit().left());
        assertEquals(1, post.failures.size());
        assertTrue(post.failures.getFirst().contains("offset 1 of queue 0 of the topic letters"), post.failures.getFirst());
        assertTrue(post.feed().settle(reader.held));
        post.advance(2_000);
        assertEquals(1, post.failures.size(), "told once");

        post.restart();
        Reader after = attach();
        assertEquals(List.of(), after.got);
        assertEquals(2, post.failures.size(), "tried once more by the next run");
    }

    @Test
    void aFailingConsumerDelaysItsFeedOnlyBriefly() {
        Reader reader = attach();
        reader.failing = 1;
        post.publish(0, Letter.plain(1));
        post.rest();
        assertEquals(List.of(1L), reader.got);
        post.publish(0, Letter.plain(2));
        post.advance(1_000);
        assertEquals(List.of(1L, 2L), reader.got);
        assertEquals(List.of("the connection has a bad day"), post.failures);
    }
}
