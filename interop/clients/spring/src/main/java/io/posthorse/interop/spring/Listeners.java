package io.posthorse.interop.spring;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.jms.annotation.JmsListener;
import org.springframework.stereotype.Component;

/** The messages of the listeners. */
@Component
public class Listeners {

    private static final int FAILING = 10;

    final Set<Long> paid = ConcurrentHashMap.newKeySet();
    final Set<Long> failedOnce = ConcurrentHashMap.newKeySet();
    final Set<String> threads = ConcurrentHashMap.newKeySet();
    final Set<String> news = ConcurrentHashMap.newKeySet();
    final Set<String> moved = ConcurrentHashMap.newKeySet();
    final AtomicInteger tries = new AtomicInteger();
    final AtomicInteger twice = new AtomicInteger();

    /** Receives orders; every tenth one fails the first time. */
    @JmsListener(destination = "PAYMENT_RESULT_QUEUE.${run}", containerFactory = "jmsQueueListener")
    public void payment(Map<String, Object> message) {
        long order = ((Number) message.get("orderId")).longValue();
        threads.add(Thread.currentThread().getName());
        if (order % FAILING == 0 && failedOnce.add(order)) {
            throw new IllegalStateException("this order is tried again: " + order);
        }
        if (message.get("result").equals("success") && !paid.add(order)) {
            twice.incrementAndGet();
        }
    }

    @JmsListener(destination = "echo.${run}", containerFactory = "jmsQueueListener")
    public String echo(String text) {
        return "re: " + text;
    }

    @JmsListener(destination = "moved.${run}", containerFactory = "jmsTransactedListener")
    public void move(String text) {
        if (tries.incrementAndGet() < 3) {
            throw new IllegalStateException("this one is rolled back");
        }
        moved.add(text);
    }

    @JmsListener(destination = "news.${run}", containerFactory = "jmsTopicListener")
    public void news(String text) {
        news.add(text);
    }
}
