package io.posthorse.broker.delivery;

import java.util.ArrayList;
import java.util.List;

/** A consumer of the tests: collects what it is handed, and does what a test wants it to do besides. */
class Collector implements Receiver {
    final Post post;
    final Consumer consumer;
    final List<Long> got = new ArrayList<>();
    final List<Delivery> held = new ArrayList<>();
    int asked;
    boolean ready = true;

    Collector(Post post, Selector selector, int credit) {
        this.post = post;
        this.consumer = new Consumer(new Consumer.Wish(selector, 0, false), new Credit(credit), this);
    }

    /** Attaches it to the feed. */
    Collector attach() {
        post.turn();
        post.feed().attach(consumer);
        return this;
    }

    @Override
    public boolean isReady() {
        asked++;
        return ready;
    }

    @Override
    public void receive(Delivery delivery) {
        got.add(post.at(delivery.position()).id());
        held.add(delivery);
    }

    @Override
    public void flush() {}
}
