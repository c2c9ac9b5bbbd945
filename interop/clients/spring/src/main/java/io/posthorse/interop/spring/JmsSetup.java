package io.posthorse.interop.spring;

import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.ActiveMQSession;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jms.annotation.EnableJms;
import org.springframework.jms.config.DefaultJmsListenerContainerFactory;

/** Listener containers as in tutorials: five consumers, a reconnect every 5 s, acknowledged by the container. */
@Configuration
@EnableJms
public class JmsSetup {

    @Value("${spring.activemq.broker-url:disabled}")
    private String brokerUrl;

    @Bean
    public ActiveMQConnectionFactory activeMQConnectionFactory() {
        return new ActiveMQConnectionFactory(brokerUrl);
    }

    @Bean(name = "jmsQueueListener")
    public DefaultJmsListenerContainerFactory queues(ActiveMQConnectionFactory connections) {
        DefaultJmsListenerContainerFactory factory = new DefaultJmsListenerContainerFactory();
        factory.setConnectionFactory(connections);
        factory.setConcurrency("5");
        factory.setRecoveryInterval(5_000L);
        factory.setSessionTransacted(false);
        factory.setSessionAcknowledgeMode(ActiveMQSession.CLIENT_ACKNOWLEDGE);
        return factory;
    }

    @Bean(name = "jmsTransactedListener")
    public DefaultJmsListenerContainerFactory transacted(ActiveMQConnectionFactory connections) {
        DefaultJmsListenerContainerFactory factory = new DefaultJmsListenerContainerFactory();
        factory.setConnectionFactory(connections);
        factory.setSessionTransacted(true);
        return factory;
    }

    @Bean(name = "jmsTopicListener")
    public DefaultJmsListenerContainerFactory topics(ActiveMQConnectionFactory connections) {
        DefaultJmsListenerContainerFactory factory = new DefaultJmsListenerContainerFactory();
        factory.setConnectionFactory(connections);
        factory.setPubSubDomain(true);
        return factory;
    }
}
