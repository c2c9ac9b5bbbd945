package io.posthorse.interop.client;

import java.util.ArrayList;
import java.util.List;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyContext;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.common.message.MessageExt;

/** Keeps all received messages in their order. */
public final class Inbox implements MessageListenerConcurrently {

    private final List<Received> all = new ArrayList<>();

    @Override
    public ConsumeConcurrentlyStatus consumeMessage(List<MessageExt> messages, ConsumeConcurrentlyContext context) {
        messages.forEach(this::add);
        return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
    }

    /** Adds a message. */
    public synchronized void add(MessageExt message) {
        all.add(Received.of(message));
    }

    /** Returns the number of messages. */
    public synchronized int size() {
        return all.size();
    }

    /** Returns all messages. */
    public synchronized List<Received> received() {
        return List.copyOf(all);
    }

    /** Returns the texts of all messages. */
    public List<String> bodies() {
        return received().stream().map(Received::body).toList();
    }

    /** Returns the texts of all messages in alphabetical order. */
    public List<String> sortedBodies() {
        return bodies().stream().sorted().toList();
    }

    /** Removes all messages. */
    public synchronized void clear() {
        all.clear();
    }

    /** Waits for exactly these texts in any order, each once, and then a little for surplus ones. */
    public void expect(List<String> bodies, int seconds, String what) throws Exception {
        List<String> sorted = bodies.stream().sorted().toList();
        try {
            Check.within(seconds, what, () -> size() >= sorted.size());
        } finally {
            if (size() < sorted.size()) {
                List<String> missing = new ArrayList<>(sorted);
                missing.removeAll(bodies());
                System.out.println("missing: " + what + " has " + size() + ", misses " + missing);
            }
        }
        Check.pause(300);
        Check.equal(sorted, sortedBodies(), what);
    }
}
