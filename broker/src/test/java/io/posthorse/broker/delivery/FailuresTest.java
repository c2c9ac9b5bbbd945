package io.posthorse.broker.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.broker.MessageTraits;
import io.posthorse.broker.Partition;
import io.posthorse.broker.Subscription;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What others have written fails in every place where it is called: that costs the message that it was called for. */
class FailuresTest {
    private Post post;
    private boolean expiryFails;

    @BeforeEach
    void open() throws IOException {
        post = new Post(1, this::expired);
    }

    private boolean expired(Feed feed, Partition partition, long offset, long position, MessageTraits traits) {
        if (expiryFails) {
            throw new IllegalStateException("no dead letters today");
        }
        return feed.settlements().settle(feed.subscription(), partition, offset);
    }

    /** Endless recursion, as a message that is nested too deeply brings it about. */
    private static int deep(int level) {
        return deep(level + 1) + 1;
    }

    private Collector second() {
        Collector second = new Collector(post, null, 100);
        Subscription other = Subscription.inMemory("other");
        post.turn();
        post.deliveries().feed(post.feed().topic(), other, this::expired, false).attach(second.consumer);
        return second;
    }

    private void publish(long... ids) {
        for (long id : ids) {
            post.publish(0, Letter.plain(id));
        }
        post.rest();
    }

    private void requireOneFailure(String text) {
        assertEquals(1, post.failures.size(), post.failures.toString());
        assertTrue(post.failures.getFirst().contains(text), post.failures.getFirst());
    }

    @Test
    void aStackOverflowInAReceiverSkipsTheMessage() {
        Collector first = new Collector(post, null, 100) {
            @Override
            public void receive(Delivery delivery) {
                if (post.at(delivery.position()).id() == 2) {
                    deep(0);
                }
                super.receive(delivery);
            }
        }.attach();
        Collector second = second();
        publish(1, 2, 3);
        assertEquals(List.of(1L, 3L), first.got);
        assertEquals(List.of(1L, 2L, 3L), second.got);
        requireOneFailure("offset 1 of queue 0 of the topic letters");
    }

    @Test
    void aFailureOfFlushAffectsNoOtherConsumer() {
        Collector first = new Collector(post, null, 100) {
            @Override
            public void flush() {
                throw new IllegalStateException("no flush");
            }
        }.attach();
        int[] flushes = new int[1];
        Collector second = new Collector(post, null, 100) {
            @Override
            public void flush() {
                flushes[0]++;
            }
        }.attach();
        publish(1, 2);
        assertEquals(1, first.got.size());
        assertEquals(1, second.got.size());
        assertEquals(1, flushes[0], "the others are flushed");
        requireOneFailure("no flush");
        publish(3, 4);
        assertEquals(2, flushes[0]);
        assertEquals(2, first.got.size());
    }

    @Test
    void aFailureOfIsReadyIsTriedAgain() {
        boolean[] fails = {true};
        Collector first = new Collector(post, null, 100) {
            @Override
            public boolean isReady() {
                if (fails[0]) {
                    throw new IllegalStateException("do not know");
                }
                return true;
            }
        }.attach();
        Collector second = new Collector(post, null, 2).attach();
        publish(1, 2, 3);
        assertEquals(List.of(1L, 2L), second.got);
        requireOneFailure("do not know");
        fails[0] = false;
        post.advance(1_000);
        assertEquals(List.of(3L), first.got, "it is asked again");
    }

    @Test
    void aFailureOfTheExpiryHandlerIsTriedAgain() {
        expiryFails = true;
        post.publish(0, new Letter(1, 4, post.clock.wallMs() + 10, null, false, false));
        publish(2);
        post.advance(100);
        Collector first = new Collector(post, null, 100).attach();
        post.rest();
        assertEquals(List.of(2L), first.got);
        requireOneFailure("no dead letters today");
        post.advance(2_000);
        requireOneFailure("no dead letters today");
    }

    @Test
    void aFailureOfASelectorSkipsTheMessage() {
        Collector first = new Collector(post, new Selector() {
            @Override
            public String key() {
                return "deep";
            }

            @Override
            public boolean matches(long position) {
                return post.at(position).id() != 2 || deep(0) == 1;
            }
        }, 100).attach();
        Collector second = second();
        publish(1, 2, 3);
        assertEquals(List.of(1L, 3L), first.got);
        assertEquals(List.of(1L, 2L, 3L), second.got);
        requireOneFailure("offset 1 of queue 0");
    }

    @Test
    void aFailureOfASelectorSkipsAMessageGivenBack() {
        boolean[] fails = new boolean[1];
        Collector first = new Collector(post, new Selector() {
            @Override
            public String key() {
                return "moody";
            }

            @Override
            public boolean matches(long position) {
                if (fails[0] && post.at(position).id() == 1) {
                    throw new IllegalStateException("not again");
                }
                return true;
            }
        }, 100).attach();
        publish(1, 2);
        fails[0] = true;
        post.turn();
        first.held.forEach(delivery -> post.feed().release(delivery, false));
        post.rest();
        assertEquals(List.of(1L, 2L, 2L), first.got);
        requireOneFailure("not again");
    }

    @Test
    void aFailureToReadTraitsSkipsTheMessage() {
        post.format.failsFor = 2;
        Collector first = new Collector(post, null, 100).attach();
        Collector second = second();
        publish(1, 2, 3);
        assertEquals(List.of(1L, 3L), first.got);
        assertEquals(List.of(1L, 3L), second.got);
        assertEquals(2, post.failures.size(), "once for each subscription");
    }

    @Test
    void aFailureToReadTraitsSkipsAMessageOfATransaction() {
        post.feed().reserve(post.partition(0), 0);
        publish(1, 2);
        Collector first = new Collector(post, null, 100).attach();
        post.rest();
        post.format.failsFor = 1;
        post.turn();
        post.feed().unreserve(post.partition(0), 0, false);
        post.rest();
        publish(3);
        assertEquals(List.of(2L, 3L), first.got);
        requireOneFailure("offset 0 of queue 0");
    }

    @Test
    void aWakeThatTheOwnerRefusesIsTriedAgain() {
        Collector first = new Collector(post, null, 100).attach();
        Collector second = second();
        post.rest();
        post.ownerRefuses = true;
        publish(1);
        post.ownerRefuses = false;
        post.advance(1_000);
        assertEquals(List.of(1L), first.got);
        assertEquals(List.of(1L), second.got);
        assertTrue(!post.failures.isEmpty());
    }

    @Test
    void anOutOfMemoryErrorIsNotCaught() {
        Collector first = new Collector(post, null, 100) {
            @Override
            public void receive(Delivery delivery) {
                throw new OutOfMemoryError("of the test");
            }
        };
        first.attach();
        Collector second = second();
        post.publish(0, Letter.plain(1));
        assertThrows(OutOfMemoryError.class, post::rest);
        post.rest();
        assertEquals(List.of(1L), second.got, "other feeds are not forgotten");
    }

    @Test
    void aFailureOfABrowserIsReported() {
        publish(1, 2, 3);
        List<Long> seen = new ArrayList<>();
        int[] calls = new int[3];
        post.turn();
        post.deliveries().browse(post.feed().topic(), post.feed().subscription(), null, new BrowsingConsumer.Reader() {
            @Override
            public boolean takes() {
                if (calls[0]++ == 0) {
                    throw new IllegalStateException("takes");
                }
                return true;
            }

            @Override
            public boolean show(Partition partition, long offset, long position) {
                if (offset == 1) {
                    deep(0);
                }
                seen.add(post.at(position).id());
                return true;
            }

            @Override
            public void end() {
                calls[1]++;
                throw new IllegalStateException("end");
            }

            @Override
            public void flush() {
                calls[2]++;
                throw new IllegalStateException("flush");
            }
        });
        post.rest();
        post.advance(1_000);
        assertEquals(List.of(1L, 3L), seen);
        assertEquals(1, calls[1]);
        assertEquals(2, calls[2]);
        assertEquals(5, post.failures.size(), post.failures.toString());
    }
}
