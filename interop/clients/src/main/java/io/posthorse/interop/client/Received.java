package io.posthorse.interop.client;

import java.nio.charset.StandardCharsets;
import org.apache.rocketmq.common.message.MessageExt;

/**
 * A received message.
 *
 * @param body its text
 * @param message the message itself
 * @param at time of its receipt, ms since 1970
 * @param reconsumeTimes number of failed attempts before
 */
public record Received(String body, MessageExt message, long at, int reconsumeTimes) {

    /** Returns a record of a message that is received now. */
    public static Received of(MessageExt message) {
        return new Received(new String(message.getBody(), StandardCharsets.UTF_8), message,
                System.currentTimeMillis(), message.getReconsumeTimes());
    }
}
