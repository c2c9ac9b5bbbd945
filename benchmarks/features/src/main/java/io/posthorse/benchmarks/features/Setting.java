package io.posthorse.benchmarks.features;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendCallback;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.common.message.Message;

/**
 * The common part of all scenarios: the broker, the number of messages, and a way to send many.
 *
 * @param namesrv host:port of the name server
 * @param server the broker's process
 * @param count messages of the measured part
 */
record Setting(String namesrv, ServerProcess server, int count) {
    private static final int WINDOW = 2_000;
    private static final int ANSWER_SECONDS_MAX = 60;
    private static final byte[] BODY = body();

    private static byte[] body() {
        byte[] body = new byte[256];
        Arrays.fill(body, (byte) 'x');
        return body;
    }

    /** Returns a message of 256 bytes. */
    static Message message(String topic, String tag) {
        return new Message(topic, tag, BODY.clone());
    }

    DefaultMQProducer producer(String group) throws Exception {
        DefaultMQProducer producer = new DefaultMQProducer(group);
        producer.setNamesrvAddr(namesrv);
        producer.setSendMsgTimeout(30_000);
        producer.start();
        return producer;
    }

    /** Returns the n-th message. */
    interface Source {
        Message message(int n);
    }

    /** Sends messages asynchronously, many in flight, and waits for all answers. */
    static void send(DefaultMQProducer producer, int count, Source source) throws Exception {
        Semaphore window = new Semaphore(WINDOW);
        AtomicLong failed = new AtomicLong();
        SendCallback callback = new SendCallback() {
            @Override
            public void onSuccess(SendResult result) {
                window.release();
            }

            @Override
            public void onException(Throwable e) {
                if (failed.getAndIncrement() == 0) {
                    System.out.println("first failure: " + e);
                }
                window.release();
            }
        };
        for (int n = 0; n < count; n++) {
            enter(window, 1);
            producer.send(source.message(n), callback);
        }
        enter(window, WINDOW);
        if (failed.get() > 0) {
            System.out.println("failed sends: " + failed);
        }
    }

    private static void enter(Semaphore window, int permits) throws InterruptedException {
        if (!window.tryAcquire(permits, ANSWER_SECONDS_MAX, TimeUnit.SECONDS)) {
            throw new IllegalStateException(
                    "no answer to a send for " + ANSWER_SECONDS_MAX + " s: the run is worth nothing");
        }
    }

    /** Prints a row of results. */
    static void print(String scenario, String format, Object... values) {
        System.out.println(scenario + ": " + String.format(Locale.ROOT, format, values));
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
