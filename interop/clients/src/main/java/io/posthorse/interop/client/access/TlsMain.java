package io.posthorse.interop.client.access;

import java.nio.charset.StandardCharsets;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.Message;

/** Sends a message, with the encryption of the library's system properties. */
public final class TlsMain {

    private TlsMain() {
    }

    /**
     * Sends the message, and prints whether it was stored.
     *
     * @param arguments name server
     */
    public static void main(String[] arguments) throws Exception {
        DefaultMQProducer producer = new DefaultMQProducer("TlsProducers");
        producer.setNamesrvAddr(arguments[0]);
        producer.start();
        String result = "stored";
        try {
            producer.send(new Message("TlsTopic", "x".getBytes(StandardCharsets.UTF_8)));
        } catch (Exception e) {
            result = "refused";
            System.out.println(e);
        }
        System.out.println("send=" + result);
        Runtime.getRuntime().halt(0);
    }
}
