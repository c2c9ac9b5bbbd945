package io.posthorse.example.springclassic.producer;

import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;

/**
 * A producer as a bean. The starter then creates none for {@code rocketmq.producer.group}, and the template uses this
 * one.
 */
@Configuration
@Profile("own-bean")
class OwnProducer {

    /** Returns a producer that is not started yet: the template starts it, and starting a producer twice fails. */
    @Bean
    DefaultMQProducer mqProducer(@Value("${rocketmq.name-server}") String nameServer) {
        DefaultMQProducer producer = new DefaultMQProducer("own-group");
        producer.setNamesrvAddr(nameServer);
        return producer;
    }
}
