package io.posthorse.interop.client.cluster;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.common.message.Message;

/** Sends messages one after the other until it is ended, with the library's own settings. */
public final class SenderMain {

    private static final long PAUSE_MS = 20;

    private SenderMain() {
    }

    /**
     * Sends messages, and prints for each the broker that stored it, or the error.
     *
     * @param arguments name servers, topic
     */
    public static void main(String[] arguments) throws Exception {
        DefaultMQProducer producer = new DefaultMQProducer("ClusterProducers");
        producer.setNamesrvAddr(arguments[0]);
        producer.start();
        for (int i = 0; true; i++) {
            try {
                SendResult result = producer.send(
                        new Message(arguments[1], ("m" + i).getBytes(StandardCharsets.UTF_8)));
                System.out.println("sent " + result.getMessageQueue().getBrokerName());
            } catch (Exception e) {
                System.out.println("failed " + e);
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
        }
    }
}
