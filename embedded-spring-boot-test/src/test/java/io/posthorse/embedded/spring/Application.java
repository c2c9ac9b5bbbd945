package io.posthorse.embedded.spring;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.rocketmq.spring.annotation.RocketMQMessageListener;
import org.apache.rocketmq.spring.core.RocketMQListener;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.jms.annotation.JmsListener;
import org.springframework.stereotype.Component;

/** An application with listeners of both kinds that knows nothing of an embedded broker. */
@SpringBootApplication
class Application {
    @Component
    static class JmsSide {
        final Queue<String> seen = new ConcurrentLinkedQueue<>();

        @JmsListener(destination = "payments")
        void payment(String text) {
            seen.add(text);
        }
    }

    @Component
    @RocketMQMessageListener(topic = "orders", consumerGroup = "warehouse")
    static class RocketMqSide implements RocketMQListener<String> {
        final Queue<String> seen = new ConcurrentLinkedQueue<>();

        @Override
        public void onMessage(String text) {
            seen.add(text);
        }
    }
}
