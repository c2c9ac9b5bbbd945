package io.posthorse.protocol.openwire;

import io.posthorse.access.Gate;
import io.posthorse.broker.Broker;
import io.posthorse.broker.OldMessages;
import io.posthorse.broker.Shard;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.Topic;
import io.posthorse.broker.delivery.Deliveries;
import io.posthorse.broker.delivery.ExpirySweep;
import io.posthorse.broker.delivery.Feed;
import io.posthorse.net.Connection;
import io.posthorse.net.LogLimiter;
import io.posthorse.net.Session;
import io.posthorse.net.SessionFactory;
import io.posthorse.platform.Clock;
import io.posthorse.platform.Quota;
import io.posthorse.platform.Timers;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.activemq.command.ConnectionId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The state that all OpenWire connections share. Used on the owner's thread only. */
public final class OpenwireProtocol implements SessionFactory {
    private static final Logger LOG = LoggerFactory.getLogger(OpenwireProtocol.class);

    /** Interval of the sweeps for expired messages without a consumer, and the maximum number of messages of one sweep. */
    private static final long SWEEP_EVERY_MS = 5_000;

    private static final int SWEPT_AT_ONCE = 10_000;

    final Shard shard;
    final Broker broker;
    final Clock clock;
    final Timers timers;
    final OpenwireSettings settings;
    final Deliveries deliveries;
    final OldMessages old;
    final PendingResponses replies;
    final MessageCodec codec = new MessageCodec();
    final JmsMessages messages;
    final JmsDestinations destinations;
    final VirtualTopics virtual;
    final DurablePatterns durablePatterns;
    final DeadLetters deadLetters;
    final Advisories advisories;
    final Publisher publishing;
    final Gate gate;
    final XaTransactions xa;
    final TransactionMemory transactionMemory = new TransactionMemory(Runtime.getRuntime().maxMemory() / 4);
    final RepeatedDeliveries repeats;
    final LargeMessages large;
    /** Limit of the resources that connections open. */
    final Quota places;
    final OtherBrokers otherBrokers;
    final LogLimiter complaints;
    private final ExpirySweep sweep;
    private boolean stopping;
    /** Connections that have logged in, by client id. */
    final Map<String, ClientConnection> clients = new HashMap<>();
    /** Connection ids of these clients. */
    final Set<ConnectionId> connectionIds = new HashSet<>();

    /**
     * @param old reads from the disk what commands need
     * @param gate decides what users may do
     */
    public OpenwireProtocol(
            Shard shard, Deliveries deliveries, OldMessages old, Clock clock, Timers timers, OpenwireSettings settings,
            Gate gate) {
        this.shard = shard;
        this.broker = shard.broker();
        this.clock = clock;
        this.timers = timers;
        this.settings = settings;
        this.deliveries = deliveries;
        this.old = old;
        this.replies = new PendingResponses(shard);
        this.places = new Quota(OpenResources.placesOf(Runtime.getRuntime().maxMemory()), settings.shares());
        this.large = new LargeMessages(Runtime.getRuntime().maxMemory() / 8, settings.shares());
        this.complaints = new LogLimiter(clock);
        this.otherBrokers = new OtherBrokers(complaints);
        this.messages = new JmsMessages(broker, codec);
        this.gate = gate;
        this.advisories = new Advisories(this);
        this.destinations = new JmsDestinations(this);
        this.virtual = new VirtualTopics(this);
        this.durablePatterns = new DurablePatterns(this);
        this.deadLetters = new DeadLetters(this);
        this.publishing = new Publisher(this);
        this.xa = new XaTransactions(this);
        this.repeats = new RepeatedDeliveries(this);
        this.sweep = deliveries.sweep(() -> List.copyOf(broker.subscriptions()).iterator(), new SweptFeeds(this));
        deliveries.onFailure(this::failed);
        gate.onChange(this::rightsChanged);
    }

    private void failed(RuntimeException cause) {
        if (complaints.allows("delivery")) {
            LOG.warn(cause.getMessage(), cause);
        }
    }

    /** Closes connections that may no longer read what they consume; the clients can reconnect for the rest. */
    private void rightsChanged() {
        List.copyOf(clients.values()).forEach(ClientConnection::checkAgain);
    }

    /** Returns whether an earlier run left work that must be done even where no client connects. */
    public static boolean hasLeftWork(Broker broker) {
        return !broker.preparedGroups().ids().isEmpty()
                || broker.topics().stream().anyMatch(t -> JmsNames.isTemporary(t.name())
                || RepeatedDeliveries.isTopic(t.name()));
    }

    /** Returns whether there are queues or durable subscriptions of JMS clients, in which messages may expire. */
    public static boolean hasSubscriptions(Broker broker) {
        return broker.subscriptions().stream().anyMatch(s -> JmsNames.queueOf(s.name()) != null
                || JmsNames.isDurable(s.name()));
    }

    /** Continues the work of an earlier run; may be called in an open turn or outside of one. */
    public void start() {
        shard.turn();
        destinations.dropTemporary();
        durablePatterns.start();
        virtual.start();
        xa.recover();
        repeats.start();
        timers.after(SWEEP_EVERY_MS, this::sweep);
    }

    private void sweep() {
        if (!stopping) {
            sweep.begin(SWEPT_AT_ONCE);
            timers.after(SWEEP_EVERY_MS, this::sweep);
        }
    }

    /** Stops: the process ends. Messages that clients hold were not given back by them, and do not count as delivered. */
    public void stop() {
        stopping = true;
    }

    boolean isStopping() {
        return stopping;
    }

    void add(ClientConnection client) {
        clients.put(client.info().getClientId(), client);
        connectionIds.add(client.info().getConnectionId());
    }

    /** Removes a client; returns whether it was there. */
    boolean remove(ClientConnection client) {
        return clients.remove(client.info().getClientId(), client) && connectionIds.remove(client.info().getConnectionId());
    }

    @Override
    public Session open(Connection connection) {
        return new OpenwireSession(this, connection);
    }
}
