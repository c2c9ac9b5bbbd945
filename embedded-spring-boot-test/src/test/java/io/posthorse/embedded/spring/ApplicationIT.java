package io.posthorse.embedded.spring;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.Version;
import io.posthorse.embedded.Broker;
import java.time.Duration;
import java.util.List;
import org.apache.rocketmq.client.consumer.DefaultLitePullConsumer;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.spring.core.RocketMQTemplate;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jms.core.JmsTemplate;

/** Templates and listeners of the starters use the broker of the context. */
@SpringBootTest(properties = "rocketmq.producer.group=shop")
@AutoConfigureEmbeddedBroker(topics = {"orders", "shared"})
class ApplicationIT {
    private static final Duration LONG = Duration.ofSeconds(30);

    @Autowired
    private Broker broker;

    @Autowired
    private JmsTemplate jms;

    @Autowired
    private RocketMQTemplate rocketmq;

    @Autowired
    private Application.JmsSide jmsSide;

    @Autowired
    private Application.RocketMqSide rocketmqSide;

    @Value("${posthorse.grpc-endpoints}")
    private String endpoints;

    @Test
    void jmsUsesTheBroker() {
        jms.convertAndSend("payments", "paid");
        await().atMost(LONG).until(() -> jmsSide.seen.contains("paid"));
    }

    @Test
    void rocketMqUsesTheBroker() {
        assertEquals(SendStatus.SEND_OK, rocketmq.syncSend("orders", "new").getSendStatus());
        await().atMost(LONG).until(() -> rocketmqSide.seen.contains("new"));
    }

    @Test
    void rocketMqReceivesMessagesOfJms() throws Exception {
        jms.convertAndSend("shared", "for both");
        DefaultLitePullConsumer reader = new DefaultLitePullConsumer("readers");
        reader.setNamesrvAddr(broker.nameServer());
        reader.setConsumeFromWhere(org.apache.rocketmq.common.consumer.ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        reader.subscribe("shared", "*");
        reader.start();
        try {
            await().atMost(LONG).until(() -> {
                List<MessageExt> found = reader.poll(500);
                return found.stream().anyMatch(m -> new String(m.getBody()).equals("for both"));
            });
        } finally {
            reader.shutdown();
        }
    }

    /** The clients use the libraries that they were released with, thanks to the broker's own class loader. */
    @Test
    void theLibrariesAreTheApplicationsOwn() {
        assertTrue(Version.identify().get("netty-common").artifactVersion().startsWith("4.1."));
        assertTrue(endpoints.startsWith("127.0.0.1:"), endpoints);
    }
}
