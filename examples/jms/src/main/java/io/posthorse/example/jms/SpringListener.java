package io.posthorse.example.jms;

import jakarta.jms.ConnectionFactory;
import jakarta.jms.Session;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.jms.annotation.JmsListener;
import org.springframework.jms.config.DefaultJmsListenerContainerFactory;
import org.springframework.jms.core.JmsTemplate;

/** Spring Boot: five concurrent listeners process payment results, which a template sends. */
@SpringBootApplication
public class SpringListener {

    final Set<Long> paid = ConcurrentHashMap.newKeySet();
    private final Set<Long> failedOnce = ConcurrentHashMap.newKeySet();

    /**
     * Returns a factory with five concurrent consumers that tries to reconnect every 5 seconds. A message is
     * acknowledged when the listener method returns, and redelivered when it throws an exception.
     */
    @Bean
    static DefaultJmsListenerContainerFactory jmsQueueListener(ConnectionFactory connections) {
        DefaultJmsListenerContainerFactory factory = new DefaultJmsListenerContainerFactory();
        factory.setConnectionFactory(connections);
        factory.setConcurrency("5");
        factory.setRecoveryInterval(5_000L);
        factory.setSessionTransacted(false);
        factory.setSessionAcknowledgeMode(Session.CLIENT_ACKNOWLEDGE);
        return factory;
    }

    /** Processes a payment result. Every fifth order fails the first time and is redelivered. */
    @JmsListener(destination = "PAYMENT_RESULT_QUEUE", containerFactory = "jmsQueueListener")
    void payment(Map<String, Object> message) {
        long order = (Long) message.get("orderId");
        if (order % 5 == 0 && failedOnce.add(order)) {
            throw new IllegalStateException("order " + order + " is tried again: this is part of the example");
        }
        paid.add(order);
        System.out.println("order " + order + " is paid, says " + Thread.currentThread().getName());
    }

    static ConfigurableApplicationContext start(String url) {
        return new SpringApplicationBuilder(SpringListener.class).web(WebApplicationType.NONE)
                .properties("spring.activemq.broker-url=" + url, "spring.main.banner-mode=off", "logging.level.root=WARN")
                .run();
    }

    static void pay(JmsTemplate template, long orders) {
        for (long order = 1; order <= orders; order++) {
            template.convertAndSend("PAYMENT_RESULT_QUEUE", Map.of("orderId", order, "result", "success"));
        }
    }

    public static void main(String[] args) throws InterruptedException {
        try (ConfigurableApplicationContext context = start(Url.of(args))) {
            pay(context.getBean(JmsTemplate.class), 20);
            while (context.getBean(SpringListener.class).paid.size() < 20) {
                Thread.sleep(100);
            }
        }
    }
}
