package io.posthorse.example.shop.common;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.posthorse.example.shop.common.OutboxMapper.Row;
import jakarta.annotation.PreDestroy;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.spring.core.RocketMQTemplate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The outbox: messages that are sent if and only if the transaction that writes them commits.
 *
 * <p>A message is a row in the same database. After the commit a thread pool sends it, so the caller does not wait for
 * the broker. The row is deleted when the broker has confirmed the message. Messages left behind by a crash are sent by
 * {@link #sweep}. So a message is sent at least once, and consumers must recognize duplicates.
 */
@Component
public class Outbox {

    private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);
    private static final int BATCH = 100;
    private static final int THREADS = 4;
    private static final int THREADS_MAX = 8;
    private static final int WAITING_MAX = 100;

    private final OutboxMapper rows;
    private final RocketMQTemplate rocketMq;
    private final ObjectMapper json;
    private final Numbers numbers;
    private final Steps steps;
    private final long sweepAfterMs;
    /** Discarded tasks are safe: their messages stay in the table and are sent by {@link #sweep}. */
    private final ThreadPoolExecutor pool = new ThreadPoolExecutor(THREADS, THREADS_MAX, 60, TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING_MAX), new ThreadPoolExecutor.DiscardPolicy());

    Outbox(OutboxMapper rows, RocketMQTemplate rocketMq, ObjectMapper json, Numbers numbers, Steps steps,
            @Value("${shop.outbox.sweep-after-ms}") long sweepAfterMs) {
        this.rows = rows;
        this.rocketMq = rocketMq;
        this.json = json;
        this.numbers = numbers;
        this.steps = steps;
        this.sweepAfterMs = sweepAfterMs;
    }

    /** Adds a message to the current transaction. Throws an exception if there is none. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void add(String topic, String tag, long key, Object body) {
        Row row = new Row(numbers.next(), topic, tag, Long.toString(key), text(body), System.currentTimeMillis());
        rows.insert(row);
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                pool.execute(() -> send(row));
            }
        });
    }

    /**
     * Sends old messages that are still in the table: their process was killed, the broker was unavailable, or the pool
     * was full.
     */
    @Scheduled(fixedDelay = 1_000)
    public void sweep() {
        rows.olderThan(System.currentTimeMillis() - sweepAfterMs, BATCH).forEach(this::send);
    }

    private void send(Row row) {
        try {
            steps.reached("before-send");
            byte[] body = row.msgBody().getBytes(StandardCharsets.UTF_8);
            SendResult result =
                    rocketMq.getProducer().send(new Message(row.msgTopic(), row.msgTag(), row.msgKey(), body));
            steps.reached("after-send");
            if (result.getSendStatus() == SendStatus.SEND_OK) {
                rows.delete(row.id());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            LOG.warn("message {} {} stays in the table and is sent again: {}", row.msgTag(), row.msgKey(), e.toString());
        }
    }

    private String text(Object body) {
        try {
            return json.writeValueAsString(body);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("a message body can't be written as JSON", e);
        }
    }

    @PreDestroy
    void close() {
        pool.shutdown();
    }
}
