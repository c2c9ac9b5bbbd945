package io.posthorse.example.springclassic.producer;

import java.nio.charset.StandardCharsets;
import javax.annotation.PostConstruct;
import javax.annotation.PreDestroy;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.Message;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** A shared producer without the starter. It is created and shut down with this bean. */
@Component
public class MessageSender {

    @Value("${rocketmq.name-server}")
    private String nameServer;

    /** Not a bean, since the template would use a {@link DefaultMQProducer} bean; see {@link OwnProducer}. */
    private DefaultMQProducer producer;

    @PostConstruct
    void init() throws MQClientException {
        producer = new DefaultMQProducer("common-mq");
        producer.setNamesrvAddr(nameServer);
        producer.start();
    }

    @PreDestroy
    void end() {
        producer.shutdown();
    }

    /** Sends a message and waits for the broker's answer. */
    public void send(String topic, String text) throws Exception {
        producer.send(message(topic, text));
    }

    /** Sends a delayed message. The broker's delay levels are 1 s, 5 s, 10 s, 30 s, 1 min and so on. */
    public void sendLater(String topic, String text, int level) throws Exception {
        Message message = message(topic, text);
        message.setDelayTimeLevel(level);
        producer.send(message);
    }

    private static Message message(String topic, String text) {
        return new Message(topic, text.getBytes(StandardCharsets.UTF_8));
    }
}
