package io.posthorse.broker.delivery;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.broker.Subscription;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a feed with a consumer costs that has nothing to do. */
class FeedCostTest {
    private static final int FEEDS = 10_000;
    private static final int BYTES_MAX = 1_100;

    private static final class Idle implements Receiver {
        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void receive(Delivery delivery) {
            delivery.feed().settle(List.of(delivery));
        }

        @Override
        public void flush() {}
    }

    private static long used() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            System.gc();
            least = Math.min(least, Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
        }
        return least;
    }

    @Test
    void anIdleConsumerTakesLittleMemory() throws IOException {
        Post post = new Post(1, (feed, partition, offset, position, traits) -> false);
        List<Subscription> subscriptions = new ArrayList<>();
        for (int i = 0; i < FEEDS; i++) {
            subscriptions.add(Subscription.inMemory("subscription " + i));
            post.deliveries().beginAtEnd(post.feed().topic(), subscriptions.get(i));
        }
        long before = used();
        List<Consumer> consumers = new ArrayList<>();
        post.turn();
        for (Subscription subscription : subscriptions) {
            Consumer consumer = new Consumer(new Consumer.Wish(null, 0, false), new Credit(1_000), new Idle());
            post.deliveries().feed(post.feed().topic(), subscription, (f, p, o, at, t) -> false, false).attach(consumer);
            consumers.add(consumer);
        }
        post.rest();
        long fresh = (used() - before) / FEEDS;
        System.out.println("a feed with an idle consumer: " + fresh + " bytes");
        assertTrue(fresh < BYTES_MAX, fresh + " bytes each");

        for (int i = 0; i < 20; i++) {
            post.publish(0, Letter.plain(i));
        }
        post.rest();
        consumers.forEach(consumer -> consumer.credit(1_000));
        long used = (used() - before) / FEEDS;
        System.out.println("one that has had messages: " + used + " bytes");
        assertTrue(used < 2 * BYTES_MAX, used + " bytes each after use");
        consumers.forEach(Consumer::detach);
    }
}
