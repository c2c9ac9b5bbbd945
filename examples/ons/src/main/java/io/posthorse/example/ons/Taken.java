package io.posthorse.example.ons;

import com.aliyun.openservices.ons.api.Message;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The messages received by listeners, in the order of receipt. */
final class Taken {

    private static final int LIMIT_SECONDS = 60;

    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    static Message message(String topic, String tag, String text) {
        return new Message(topic, tag, text.getBytes(StandardCharsets.UTF_8));
    }

    static String text(Message message) {
        return new String(message.getBody(), StandardCharsets.UTF_8);
    }

    void add(String line) {
        lines.add(line);
    }

    /** Waits for the given number of lines. Throws an exception if one of them does not arrive within a minute. */
    List<String> next(int count) throws InterruptedException {
        List<String> next = new ArrayList<>();
        while (next.size() < count) {
            String line = lines.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
            if (line == null) {
                throw new IllegalStateException("Nothing came for " + LIMIT_SECONDS + " seconds, after " + next + ". Is the"
                        + " broker there, and does nobody else read in this group?");
            }
            next.add(line);
        }
        return next;
    }

    /** Returns the same, sorted: messages of several queues arrive in no particular order. */
    List<String> sorted(int count) throws InterruptedException {
        return next(count).stream().sorted().toList();
    }
}
