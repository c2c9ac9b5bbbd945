package io.posthorse.broker;

import java.io.IOException;

/** What a broker does before its first turn: offsets that may have been lost are left out, its own topics are there. */
final class Opening {
    /** Offsets left out after the machine went down with unforced messages: more than can have been on their way. */
    static final long JUMP = 1 << 20;

    private static final String NO_SPACE = "No space left to open the data directory: free some, and start again.";

    private final Broker broker;

    Opening(Broker broker) {
        this.broker = broker;
    }

    void begin() throws IOException {
        State state = broker.state();
        BrokerSettings settings = broker.settings();
        if (broker.store().tailLost() && state.nextPartition() > 0) {
            if (!broker.append(new Event.Jumped(JUMP))) {
                throw new IOException(NO_SPACE);
            }
        }
        int lanes = settings.lanesMs().size();
        Topic schedule = broker.topic(settings.internal().schedule());
        if (schedule == null || schedule.partitions().size() < lanes) {
            create(settings.internal().schedule(), lanes);
        }
        for (String name : settings.internal().single()) {
            if (broker.topic(name) == null) {
                create(name, 1);
            }
        }
        broker.store().start();
    }

    private void create(String internal, int partitions) throws IOException {
        if (broker.createOrUpdate(internal, TopicSettings.of(partitions)) == null) {
            throw new IOException(NO_SPACE);
        }
    }
}
