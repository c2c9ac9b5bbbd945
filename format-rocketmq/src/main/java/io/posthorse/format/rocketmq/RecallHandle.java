package io.posthorse.format.rocketmq;

import io.posthorse.codec.rocketmq.MalformedFrameException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * The handle by which a producer recalls a message with a delivery time: five words, "v1", topic, broker, ms since 1970 and
 * an id, in URL-safe Base64. The first four are RocketMQ's, whose clients read them; the id belongs to the broker. Here it
 * is the message's unique key, a colon, and the offset under which the message waits.
 */
public record RecallHandle(String topic, String broker, long dueMs, String uniqueKey, long offset) {
    private static final int LENGTH_MAX = 1_024;

    public byte[] bytes() {
        String text = "v1 " + topic + " " + broker + " " + dueMs + " " + uniqueKey + ":" + offset;
        return Base64.getUrlEncoder().encode(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Parses the form that {@link #bytes} writes.
     *
     * @throws MalformedFrameException where the handle has another form
     */
    public static RecallHandle of(String handle) {
        try {
            if (handle.length() <= LENGTH_MAX) {
                String[] words = new String(Base64.getUrlDecoder().decode(handle), StandardCharsets.UTF_8).split(" ");
                int colon = words[words.length - 1].lastIndexOf(':');
                if (words.length == 5 && words[0].equals("v1") && colon > 0) {
                    return new RecallHandle(
                            words[1], words[2], Long.parseLong(words[3]), words[4].substring(0, colon),
                            Long.parseLong(words[4].substring(colon + 1)));
                }
            }
        } catch (IllegalArgumentException e) {
            // falls through: not Base64, or not a number
        }
        throw new MalformedFrameException("recall handle is invalid");
    }
}
