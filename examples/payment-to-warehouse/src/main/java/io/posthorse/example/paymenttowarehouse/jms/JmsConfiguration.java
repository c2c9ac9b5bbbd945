package io.posthorse.example.paymenttowarehouse.jms;

import jakarta.jms.Session;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.pool.PooledConnectionFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jms.config.DefaultJmsListenerContainerFactory;

/** JMS connections: one factory for listeners, which keep their connections, and a pool for occasional senders. */
@Configuration
class JmsConfiguration {
    private static final int CONNECTIONS = 5;
    private static final int EXPIRY_MS = 10_000;

    @Bean
    ActiveMQConnectionFactory activeMQConnectionFactory(@Value("${spring.activemq.broker-url}") String brokerUrl) {
        return new ActiveMQConnectionFactory(brokerUrl);
    }

    @Bean(initMethod = "start", destroyMethod = "stop")
    PooledConnectionFactory connectionPool(ActiveMQConnectionFactory factory) {
        PooledConnectionFactory pool = new PooledConnectionFactory(factory);
        pool.setReconnectOnException(true);
        pool.setMaxConnections(CONNECTIONS);
        pool.setExpiryTimeout(EXPIRY_MS);
        return pool;
    }

    /**
     * Returns a factory with five consumers per queue. A message is acknowledged when its listener returns, and
     * redelivered when the listener throws an exception.
     */
    @Bean
    @ConditionalOnProperty("activemq.listener.enable")
    DefaultJmsListenerContainerFactory jmsQueueListener(ActiveMQConnectionFactory connections) {
        DefaultJmsListenerContainerFactory factory = new DefaultJmsListenerContainerFactory();
        factory.setConnectionFactory(connections);
        factory.setConcurrency("5");
        factory.setRecoveryInterval(5_000L);
        factory.setSessionTransacted(false);
        factory.setSessionAcknowledgeMode(Session.CLIENT_ACKNOWLEDGE);
        return factory;
    }
}
