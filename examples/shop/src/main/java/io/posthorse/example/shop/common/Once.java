package io.posthorse.example.shop.common;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.posthorse.example.shop.common.ConsumerLogMapper.Key;
import io.posthorse.example.shop.common.ConsumerLogMapper.Row;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.apache.rocketmq.common.message.MessageExt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Makes the consumption of messages idempotent: a message has its effect once in each group, however often it is
 * delivered.
 *
 * <p>An attempt first claims the message in the consumer log. The effect and the status SUCCESS are one transaction,
 * which fails if the claim was lost meanwhile. A claim older than the lease belongs to a dead process and may be taken
 * over. After three attempts the message needs manual intervention: the status of its row is FAIL.
 */
@Component
public class Once {

    private static final Logger LOG = LoggerFactory.getLogger(Once.class);
    private static final int TRIES_MAX = 3;
    private static final int NOTHING_TO_DO = 0;

    private final ConsumerLogMapper log;
    private final TransactionTemplate transaction;
    private final ObjectMapper json;
    private final Steps steps;
    private final long leaseMs;

    Once(ConsumerLogMapper log, TransactionTemplate transaction, ObjectMapper json, Steps steps,
            @Value("${shop.consumer.lease-ms}") long leaseMs) {
        this.log = log;
        this.transaction = transaction;
        this.json = json;
        this.steps = steps;
        this.leaseMs = leaseMs;
    }

    /**
     * Applies the effect of a message, unless it was applied before.
     *
     * @param effect the action on the body, run inside a transaction
     * @throws RuntimeException if the message should be redelivered
     */
    public <T> void run(String group, MessageExt message, Class<T> type, Consumer<T> effect) {
        Key key = new Key(message.getTags(), message.getKeys(), group);
        String body = new String(message.getBody(), StandardCharsets.UTF_8);
        int attempt = claim(key, message.getMsgId(), body);
        if (attempt == NOTHING_TO_DO) {
            return;
        }
        try {
            steps.reached("claimed");
            T value = json.readValue(body, type);
            transaction.executeWithoutResult(status -> {
                effect.accept(value);
                steps.reached("effect-not-committed");
                if (log.end(key, attempt, "SUCCESS") == 0) {
                    throw new IllegalStateException("attempt " + attempt + " of " + key + " exceeded its lease");
                }
            });
        } catch (RuntimeException | JsonProcessingException e) {
            log.end(key, attempt, "FAIL");
            throw new IllegalStateException("attempt " + attempt + " of " + key + " failed; redelivery follows", e);
        }
        steps.reached("effect-committed");
    }

    /** Returns the number of the attempt that begins, or 0 if there is nothing to do. */
    private int claim(Key key, String messageId, String body) {
        long now = System.currentTimeMillis();
        try {
            log.insert(key, messageId, body, now);
            return 1;
        } catch (DuplicateKeyException e) {
            return claimAgain(key, now);
        }
    }

    private int claimAgain(Key key, long now) {
        Row row = log.find(key);
        if (row.consumerStatus().equals("SUCCESS")) {
            LOG.info("{} came again; nothing to do", key);
            return NOTHING_TO_DO;
        }
        boolean running = row.consumerStatus().equals("PROCESSING") && now - row.claimTime() < leaseMs;
        if (running) {
            throw new IllegalStateException(key + " is being processed; retry later");
        }
        if (row.consumerTimes() >= TRIES_MAX) {
            log.end(key, row.consumerTimes(), "FAIL");
            LOG.error("{} failed {} times and is left to a person: see trade_mq_consumer_log", key, TRIES_MAX);
            return NOTHING_TO_DO;
        }
        if (log.claim(key, row.consumerTimes(), now) == 0) {
            throw new IllegalStateException(key + " was claimed concurrently by another consumer; retry later");
        }
        return row.consumerTimes() + 1;
    }
}
