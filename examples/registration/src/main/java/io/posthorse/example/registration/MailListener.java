package io.posthorse.example.registration;

import org.apache.rocketmq.spring.annotation.RocketMQMessageListener;
import org.apache.rocketmq.spring.core.RocketMQListener;
import org.springframework.stereotype.Component;

/** Sends the mail of a registration. If it throws an exception, the broker redelivers the message later. */
@Component
@RocketMQMessageListener(topic = Registrations.TOPIC, consumerGroup = "registration-mail")
public class MailListener implements RocketMQListener<User> {

    private final Notices notices;

    MailListener(Notices notices) {
        this.notices = notices;
    }

    @Override
    public void onMessage(User user) {
        notices.send(Channel.MAIL, user);
    }
}
