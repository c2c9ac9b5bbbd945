package io.posthorse.protocol.openwire;

import io.posthorse.broker.Broker;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.Topic;
import io.posthorse.platform.Clock;
import jakarta.jms.JMSException;
import jakarta.jms.ResourceAllocationException;
import java.util.concurrent.TimeUnit;

/** Names of JMS clients may be long, and there may be many of them; what is long of all of them together has a bound. */
final class LongNames {
    private static final int USUAL_CHARS = 127;
    private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Broker broker;
    private final Clock clock;
    private final long most;
    /** What is beyond the usual length, of all names; at least that of those that there are now. */
    private long beyond;
    private long countedNanos;
    private boolean counted;

    LongNames(Broker broker, Clock clock, long most) {
        this.broker = broker;
        this.clock = clock;
        this.most = most;
    }

    /** A topic or a subscription of that name is to be created. */
    void admit(String name) throws JMSException {
        int more = beyond(name);
        if (more == 0) {
            return;
        }
        if (!counted || beyond + more > most && clock.nanos() - countedNanos > AGAIN_NANOS) {
            count();
        }
        if (beyond + more > most) {
            throw new ResourceAllocationException("The long names of destinations and subscriptions have " + beyond
                    + " characters beyond the first " + USUAL_CHARS + " of each, and may have " + most
                    + " with this heap: choose shorter names, or delete what is not used.");
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
