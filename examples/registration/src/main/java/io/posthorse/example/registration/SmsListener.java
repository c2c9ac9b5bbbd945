package io.posthorse.example.registration;

import org.apache.rocketmq.spring.annotation.RocketMQMessageListener;
import org.apache.rocketmq.spring.core.RocketMQListener;
import org.springframework.stereotype.Component;

/** Sends the text message of a registration. If it throws an exception, the broker redelivers the message later. */
@Component
@RocketMQMessageListener(topic = Registrations.TOPIC, consumerGroup = "registration-sms")
public class SmsListener implements RocketMQListener<User> {

    private final Notices notices;

    SmsListener(Notices notices) {
        this.notices = notices;
    }

    @Override
    public void onMessage(User user) {
        notices.send(Channel.SMS, user);
    }
}
