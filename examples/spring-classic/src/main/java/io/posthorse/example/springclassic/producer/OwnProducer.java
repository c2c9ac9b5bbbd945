package io.posthorse.example.springclassic.producer;

import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;

/** A producer as a bean. The starter then makes none of {@code rocketmq.producer.group}: the template takes this one. */
@Configuration
@Profile("own-bean")
class OwnProducer {

    /** Not started here: the template starts it, and the second start of a producer fails. */
    @Bean
    DefaultMQProducer mqProducer(@Value("${rocketmq.name-server}") String nameServer) {
        DefaultMQProducer producer = new DefaultMQProducer("own-group");
        producer.setNamesrvAddr(nameServer);
        return producer;
    }
}
