package io.posthorse.example.registration;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.rocketmq.client.producer.LocalTransactionState;
import org.apache.rocketmq.client.producer.TransactionSendResult;
import org.apache.rocketmq.spring.core.RocketMQTemplate;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.messaging.support.MessageBuilder;
import org.springframework.stereotype.Service;

/** Registers a user in one of the three modes. */
@Service
public class Registrations implements AutoCloseable {

    static final String TOPIC = "registration";

    private final Users users;
    private final Notices notices;
    private final RocketMQTemplate rocketMq;
    private final ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor();

    Registrations(Users users, Notices notices, RocketMQTemplate rocketMq) {
        this.users = users;
        this.notices = notices;
        this.rocketMq = rocketMq;
    }

    /**
     * The result of a registration.
     *
     * @param took the time until the answer
     */
    public record Receipt(String id, Mode mode, Duration took) {
    }

    /** Registers a user. Throws {@code DuplicateKeyException} if the name is taken. */
    Receipt register(Mode mode, String name, String mail, String phone) {
        User user = new User(UUID.randomUUID().toString(), name, mail, phone);
        long start = System.nanoTime();
        switch (mode) {
            case SERIAL -> {
                users.save(user);
                notices.send(Channel.MAIL, user);
                notices.send(Channel.SMS, user);
            }
            case PARALLEL -> {
                users.save(user);
                CompletableFuture<Void> mailed = CompletableFuture.runAsync(() -> notices.send(Channel.MAIL, user), pool);
                CompletableFuture<Void> texted = CompletableFuture.runAsync(() -> notices.send(Channel.SMS, user), pool);
                CompletableFuture.allOf(mailed, texted).join();
            }
            case MESSAGE -> saveAndAnnounce(user);
        }
        return new Receipt(user.id(), mode, Duration.ofNanos(System.nanoTime() - start));
    }

    /**
     * Stores the user and sends the message in one transaction. The broker holds the message back until
     * {@link RegistrationTransaction} has stored the user, and checks the transaction if the answer is lost.
     */
    private void saveAndAnnounce(User user) {
        TransactionSendResult result =
                rocketMq.sendMessageInTransaction(TOPIC, MessageBuilder.withPayload(user).build(), user);
        if (result.getLocalTransactionState() == LocalTransactionState.ROLLBACK_MESSAGE) {
            throw new DuplicateKeyException("the name " + user.name() + " is taken; choose another one");
        }
        if (result.getLocalTransactionState() != LocalTransactionState.COMMIT_MESSAGE) {
            throw new IllegalStateException("the database did not answer; whether " + user.name()
                    + " is registered shows when it is back, and the notices follow then");
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
