package io.posthorse.protocol.openwire;

import io.posthorse.broker.Broker;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.Topic;
import io.posthorse.platform.Clock;
import jakarta.jms.JMSException;
import jakarta.jms.ResourceAllocationException;
import java.util.concurrent.TimeUnit;

/** The limit on long names of JMS clients: the characters beyond the usual length, of all names together, are bounded. */
final class LongNames {
    private static final int USUAL_CHARS = 127;
    private static final long RECOUNT_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Broker broker;
    private final Clock clock;
    private final long most;
    /** Characters beyond the usual length, of all names; an upper bound, since deletions are counted with a delay. */
    private long beyond;
    private long countedNanos;
    private boolean counted;

    LongNames(Broker broker, Clock clock, long most) {
        this.broker = broker;
        this.clock = clock;
        this.most = most;
    }

    /** Admits a topic or a subscription that is to be created, or throws. */
    void admit(String name) throws JMSException {
        int more = beyond(name);
        if (more == 0) {
            return;
        }
        if (!counted || beyond + more > most && clock.nanos() - countedNanos > RECOUNT_NANOS) {
            count();
        }
        if (beyond + more > most) {
            throw new ResourceAllocationException("The long names of destinations and subscriptions have " + beyond
                    + " characters beyond the first " + USUAL_CHARS + " of each; the maximum is " + most
                    + " with this heap. Choose shorter names, or delete unused destinations and subscriptions.");
        }
        beyond += more;
    }

    private void count() {
        counted = true;
        countedNanos = clock.nanos();
        beyond = 0;
        for (Topic topic : broker.topics()) {
            beyond += beyond(topic.name());
        }
        for (Subscription subscription : broker.subscriptions()) {
            beyond += beyond(subscription.name());
        }
    }

    private static int beyond(String name) {
        return Math.max(0, name.length() - USUAL_CHARS);
    }
}
