package io.posthorse.example.jms;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeOrderlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerOrderly;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;

/**
 * Queue q24 read by a RocketMQ group without a bridge: queue and topic are the same. JMS consumers still receive every
 * message.
 */
public final class OneTopic {

    private OneTopic() {
    }

    private static DefaultMQPushConsumer group(String nameServer, BlockingQueue<String> seen) throws MQClientException {
        DefaultMQPushConsumer group = new DefaultMQPushConsumer("q24-readers");
        group.setNamesrvAddr(nameServer);
        group.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        group.subscribe("q24", "*");
        group.registerMessageListener((MessageListenerOrderly) (messages, context) -> {
            messages.forEach(one -> seen.add(
                    new String(one.getBody(), StandardCharsets.UTF_8) + ", amount " + one.getProperty("amount")));
            return ConsumeOrderlyStatus.SUCCESS;
        });
        return group;
    }

    /**
     * Sends three messages with JMS; returns what the RocketMQ group received, followed by what a JMS consumer
     * received.
     */
    static List<String> run(String url, String nameServer) throws JMSException, MQClientException, InterruptedException {
        List<String> lines = new ArrayList<>();
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        DefaultMQPushConsumer group = group(nameServer, seen);
        try (Connection connection = new ActiveMQConnectionFactory(url).createConnection()) {
            connection.start();
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            Queue queue = session.createQueue("q24");
            for (int i = 1; i <= 3; i++) {
                TextMessage message = session.createTextMessage("payment " + i);
                message.setIntProperty("amount", i * 10);
                session.createProducer(queue).send(message);
            }
            group.start();
            for (int i = 0; i < 3; i++) {
                lines.add("RocketMQ: " + seen.poll(60, TimeUnit.SECONDS));
            }
            MessageConsumer consumer = session.createConsumer(queue);
            for (int i = 0; i < 3; i++) {
                lines.add("JMS: " + ((TextMessage) consumer.receive(5_000)).getText());
            }
        } finally {
            group.shutdown();
        }
        return lines;
    }

    public static void main(String[] args) throws Exception {
        run(Url.of(args), args.length > 1 ? args[1] : "127.0.0.1:9876").forEach(System.out::println);
        System.exit(0); // shutdown() leaves a thread of the RocketMQ client's orderly listener running
    }
}
