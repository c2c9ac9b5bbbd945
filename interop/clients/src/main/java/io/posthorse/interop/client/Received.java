package io.posthorse.interop.client;

import java.nio.charset.StandardCharsets;
import org.apache.rocketmq.common.message.MessageExt;

/**
 * A message as a consumer got it.
 *
 * @param body its text
 * @param message the message itself
 * @param at when it came, in milliseconds
 * @param reconsumeTimes how often it had failed when it came
 */
public record Received(String body, MessageExt message, long at, int reconsumeTimes) {

    /** The message as it is now. */
    public static Received of(MessageExt message) {
        return new Received(new String(message.getBody(), StandardCharsets.UTF_8), message,
                System.currentTimeMillis(), message.getReconsumeTimes());
    }
}
