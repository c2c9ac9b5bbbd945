package io.posthorse.example.springclassic.producer;

import org.apache.rocketmq.spring.core.RocketMQTemplate;
import org.apache.rocketmq.spring.support.RocketMQHeaders;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.CommandLineRunner;
import org.springframework.messaging.support.MessageBuilder;
import org.springframework.stereotype.Component;

/** Sends with each send method of the template, and in two ways with a separate producer. */
@Component
public class Sends implements CommandLineRunner {

    private static final String TEXTS = "springboot-rocketmq";
    private static final String STEPS = "classic-steps";
    private static final String LATER = "classic-later";

    private static final Logger LOG = LoggerFactory.getLogger(Sends.class);
    private static final long TIMEOUT_MS = 3_000;
    private static final int LEVEL_OF_A_SECOND = 1;

    private final RocketMQTemplate template;
    private final MessageSender sender;

    @Value("${text:hello springboot rocketmq}")
    private String text;

    @Value("${mq.order.topic}:${mq.order.tag.cancel}")
    private String cancelled;

    Sends(RocketMQTemplate template, MessageSender sender) {
        this.template = template;
        this.sender = sender;
    }

    @Override
    public void run(String... arguments) throws Exception {
        for (int i = 1; i <= 4; i++) {
            template.convertAndSend(TEXTS, text + " " + i);
        }
        template.syncSend(TEXTS + ":red", text + ", with a tag");
        for (String step : new String[] {"created", "paid", "sent"}) {
            template.syncSendOrderly(STEPS, text + ", order 1 " + step, "order-1");
            template.syncSendOrderly(STEPS, text + ", order 2 " + step, "order-2");
        }
        template.syncSend(LATER, MessageBuilder.withPayload(text + ", a second later").build(), TIMEOUT_MS,
                LEVEL_OF_A_SECOND);
        template.syncSend(cancelled, MessageBuilder.withPayload(new Cancellation("order-3", text))
                .setHeader(RocketMQHeaders.KEYS, "order-3").build());
        sender.send(TEXTS, text + ", by a producer of one's own");
        sender.sendLater(LATER, text + ", by a producer of one's own, a second later", LEVEL_OF_A_SECOND);
        LOG.info("Sent all. The template sends in group {}.", template.getProducer().getProducerGroup());
    }

    /** The body of a cancellation; sent as JSON, since it is not a string. */
    public static final class Cancellation {

        private final String orderId;
        private final String reason;

        Cancellation(String orderId, String reason) {
            this.orderId = orderId;
            this.reason = reason;
        }

        public String getOrderId() {
            return orderId;
        }

        public String getReason() {
            return reason;
        }
    }
}
