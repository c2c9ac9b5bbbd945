package io.posthorse.interop.client;

import java.util.ArrayList;
import java.util.List;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyContext;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.common.message.MessageExt;

/** Keeps all messages that came, in the order they came. */
public final class Inbox implements MessageListenerConcurrently {

    private final List<Received> all = new ArrayList<>();

    @Override
    public ConsumeConcurrentlyStatus consumeMessage(List<MessageExt> messages, ConsumeConcurrentlyContext context) {
        messages.forEach(this::add);
        return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
    }

    /** Keeps one message. */
    public synchronized void add(MessageExt message) {
        all.add(Received.of(message));
    }

    /** How many there are. */
    public synchronized int size() {
        return all.size();
    }

    /** All of them. */
    public synchronized List<Received> received() {
        return List.copyOf(all);
    }

    /** Their texts. */
    public List<String> bodies() {
        return received().stream().map(Received::body).toList();
    }

    /** Their texts in alphabetical order. */
    public List<String> sortedBodies() {
        return bodies().stream().sorted().toList();
    }

    /** Forgets all. */
    public synchronized void clear() {
        all.clear();
    }

    /** Waits for exactly these texts in any order, each once, and a little longer for any too many. */
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
