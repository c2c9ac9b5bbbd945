package io.posthorse.example.registration;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.apache.rocketmq.spring.annotation.RocketMQTransactionListener;
import org.apache.rocketmq.spring.core.RocketMQLocalTransactionListener;
import org.apache.rocketmq.spring.core.RocketMQLocalTransactionState;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.messaging.Message;

/** The local transaction of a registration: stores the user, and answers transaction checks of the broker. */
@RocketMQTransactionListener
public class RegistrationTransaction implements RocketMQLocalTransactionListener {

    private final Users users;
    private final ObjectMapper json;

    RegistrationTransaction(Users users, ObjectMapper json) {
        this.users = users;
        this.json = json;
    }

    @Override
    public RocketMQLocalTransactionState executeLocalTransaction(Message message, Object user) {
        try {
            users.save((User) user);
            return RocketMQLocalTransactionState.COMMIT;
        } catch (DuplicateKeyException e) {
            return RocketMQLocalTransactionState.ROLLBACK;
        }
    }

    @Override
    public RocketMQLocalTransactionState checkLocalTransaction(Message message) {
        return users.exists(user(message).id())
                ? RocketMQLocalTransactionState.COMMIT
                : RocketMQLocalTransactionState.ROLLBACK;
    }

    private User user(Message message) {
        Object payload = message.getPayload();
        try {
            return payload instanceof byte[] bytes
                    ? json.readValue(bytes, User.class)
                    : json.readValue(payload.toString().getBytes(StandardCharsets.UTF_8), User.class);
        } catch (IOException e) {
            throw new UncheckedIOException("a message on topic " + Registrations.TOPIC + " is no user", e);
        }
    }
}
