package io.posthorse.example.registration;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/**
 * Sends the notices. The senders are simulated: they take some time and record what they sent.
 *
 * <p>A notice is sent once for each user and channel, regardless of the number of calls. An address that begins with
 * {@code flaky} fails at the first attempt, like a mail server that is being restarted.
 */
@Service
public class Notices {

    private static final Logger LOG = LoggerFactory.getLogger(Notices.class);

    private final JdbcClient database;
    private final SlowStep slowStep;
    private final LivePage page;
    private final Set<String> failedOnce = ConcurrentHashMap.newKeySet();

    Notices(JdbcClient database, SlowStep slowStep, LivePage page) {
        this.database = database;
        this.slowStep = slowStep;
        this.page = page;
    }

    /** Sends one notice. Throws an exception if the simulated server does not answer. */
    void send(Channel channel, User user) {
        String address = channel.address(user);
        if (sent(channel, user.id())) {
            return;
        }
        slowStep.take();
        if (address.startsWith("flaky") && failedOnce.add(channel + address)) {
            page.show("failed", Map.of("channel", channel, "user", user.name()));
            throw new IllegalStateException("the " + channel + " server did not answer for " + address);
        }
        try {
            database.sql("INSERT INTO notices (user_id, channel, address) VALUES (?, ?, ?)")
                    .params(user.id(), channel.name(), address)
                    .update();
        } catch (DuplicateKeyException e) {
            LOG.info("{} to {} was sent by a concurrent call", channel, address);
            return;
        }
        page.show("sent", Map.of("channel", channel, "user", user.name()));
    }

    /** Returns whether the notice was sent to the user on this channel. */
    boolean sent(Channel channel, String userId) {
        return database.sql("SELECT COUNT(*) FROM notices WHERE user_id = ? AND channel = ?")
                .params(userId, channel.name())
                .query(Long.class)
                .single() > 0;
    }
}
