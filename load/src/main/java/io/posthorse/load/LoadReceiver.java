package io.posthorse.load;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.StoredMessage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** Consumes one queue from its end on, and measures the time from each message's sending to its arrival. */
final class LoadReceiver {
    private static final int PULL = 11;
    private static final int MAX_OFFSET = 30;
    private static final byte[] NO_BODY = {};

    private final Wire wire;
    private final Map<String, String> request = new HashMap<>();
    private final Latencies latencies = new Latencies();
    private volatile boolean stopping;
    private final AtomicLong received = new AtomicLong();
    private String problem;

    LoadReceiver(LoadOptions options, int queue) throws IOException {
        wire = new Wire(options.broker());
        Frame end = wire.ask(MAX_OFFSET, Map.of("topic", options.topic(), "queueId", "" + queue), NO_BODY);
        if (end.code() != 0) {
            throw new IOException("queue " + queue + " of " + options.topic() + ": code " + end.code() + ", "
                    + end.remark());
        }
        request.put("consumerGroup", "LoadConsumers");
        request.put("topic", options.topic());
        request.put("queueId", "" + queue);
        request.put("queueOffset", end.require("offset"));
        request.put("maxMsgNums", "32");
        request.put("sysFlag", "6"); // waits for messages, with its own subscription
        request.put("commitOffset", "0");
        request.put("suspendTimeoutMillis", "15000");
        request.put("subscription", "*");
        request.put("subVersion", "1");
        request.put("expressionType", "TAG");
    }

    void receive() {
        try {
            while (!stopping) {
                Frame answer = wire.ask(PULL, request, NO_BODY);
                if (answer.code() == 0) {
                    measure(answer.body());
                } else if (answer.code() < 19 || answer.code() > 21) {
                    problem = "code " + answer.code() + ": " + answer.remark();
                    return;
                }
                request.put("queueOffset", answer.require("nextBeginOffset"));
            }
        } catch (IOException e) {
            if (!stopping) {
                problem = e.toString();
            }
        }
    }

    private void measure(byte[] answer) {
        long now = System.nanoTime();
        ByteBuffer bytes = ByteBuffer.wrap(answer);
        long seen = 0;
        for (int at = 0; at < answer.length; at += bytes.getInt(at)) {
            int bodyAt = at + StoredMessage.bodyLength(bytes.getInt(at + StoredMessage.SYSTEM_FLAG)) + 4;
            if (bytes.getLong(bodyAt) == Load.MARK) {
                latencies.add(now - bytes.getLong(bodyAt + 8));
                seen++;
            }
        }
        received.addAndGet(seen);
    }

    long received() {
        return received.get();
    }

    void stop() {
        stopping = true;
        try {
            wire.close();
        } catch (IOException e) {
            problem = e.toString();
        }
    }

    Latencies latencies() {
        return latencies;
    }

    String problem() {
        return problem;
    }
}
