package io.posthorse.protocol.openwire;

import io.posthorse.net.LogLimiter;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.activemq.command.BrokerInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ActiveMQ brokers that try to form a network with this one. Each is refused once, and both logs say why. A refused
 * broker reconnects by itself, without end; from then on it is let in and ignored, so that neither log fills.
 */
final class OtherBrokers {
    static final String REASON = "Networks of brokers are not supported: nothing is forwarded. Remove the network connector"
            + " to this broker from the other one's configuration, and connect as a client";
    private static final Logger LOG = LoggerFactory.getLogger(OtherBrokers.class);
    private static final int REMEMBERED_MAX = 256;
    private static final int CHARS_MAX = 256;

    private final LogLimiter complaints;
    private final Set<String> refused = new LinkedHashSet<>();

    OtherBrokers(LogLimiter complaints) {
        this.complaints = complaints;
    }

    /** Returns whether a broker is refused: only the first time it connects. */
    boolean refuses(BrokerInfo other, Object from) {
        String name = other.getBrokerId() == null ? null : other.getBrokerId().getValue();
        String id = name == null ? "" : name.substring(0, Math.min(name.length(), CHARS_MAX));
        if (refused.contains(id)) {
            return false;
        }
        if (refused.size() >= REMEMBERED_MAX) {
            refused.remove(refused.iterator().next());
        }
        refused.add(id);
        if (complaints.allows("other broker")) {
            LOG.warn("The broker at {} is refused. {}.", from, REASON);
        }
        return true;
    }
}
