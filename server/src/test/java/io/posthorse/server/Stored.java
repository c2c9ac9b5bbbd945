package io.posthorse.server;

import io.posthorse.codec.rocketmq.MessageView;
import io.posthorse.codec.rocketmq.StoredMessage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A message as a consumer gets it. */
record Stored(
        String topic, int queue, long offset, long position, int flag, int systemFlag, int reconsumeTimes, byte[] body,
        Map<String, String> properties, int size) {

    /** Returns the messages in an answer to a pull. */
    static List<Stored> all(byte[] answer) {
        List<Stored> messages = new ArrayList<>();
        ByteBuffer bytes = ByteBuffer.wrap(answer);
        for (int at = 0; at < answer.length; at += bytes.getInt(at)) {
            messages.add(of(bytes.slice(at, bytes.getInt(at))));
        }
        return messages;
    }

    private static Stored of(ByteBuffer bytes) {
        MessageView view = MessageView.of(bytes);
        byte[] body = new byte[view.bodyLength()];
        bytes.get(view.bodyAt(), body);
        return new Stored(
                view.topic(), view.queueId(), bytes.getLong(StoredMessage.QUEUE_OFFSET),
                bytes.getLong(StoredMessage.PHYSICAL_OFFSET), view.flag(), view.systemFlag(), view.reconsumeTimes(),
                body,
                view.properties(), bytes.capacity());
    }

    String text() {
        return new String(body, StandardCharsets.UTF_8);
    }
}
