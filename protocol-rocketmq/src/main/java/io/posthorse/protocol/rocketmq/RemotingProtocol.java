package io.posthorse.protocol.rocketmq;

import io.posthorse.access.Accounts;
import io.posthorse.access.Gate;
import io.posthorse.broker.Broker;
import io.posthorse.broker.OldMessages;
import io.posthorse.broker.Partition;
import io.posthorse.broker.Shard;
import io.posthorse.broker.Subscription;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.codec.rocketmq.RequestHandler;
import io.posthorse.codec.rocketmq.RequestHeader;
import io.posthorse.codec.rocketmq.ResponseWriter;
import io.posthorse.format.rocketmq.Filters;
import io.posthorse.format.rocketmq.OnlineClients;
import io.posthorse.format.rocketmq.RocketmqSettings;
import io.posthorse.format.rocketmq.Routes;
import io.posthorse.format.rocketmq.TopicsAndGroups;
import io.posthorse.net.Connection;
import io.posthorse.net.LogLimiter;
import io.posthorse.net.Session;
import io.posthorse.net.SessionFactory;
import io.posthorse.platform.Background;
import io.posthorse.platform.Clock;
import io.posthorse.platform.Entropy;
import io.posthorse.platform.QuotaHolder;
import io.posthorse.platform.Timers;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The objects that the sessions of one broker share. They are used on the owner's thread only, so the readers and writers of
 * the hot path are reused for one request after another.
 */
public final class RemotingProtocol implements SessionFactory {

    final Shard shard;
    final Broker broker;
    final Timers timers;
    final Background reader;
    final OldMessages old;
    final RocketmqSettings settings;
    final RequestHeader header = new RequestHeader();
    final ResponseWriter writer = new ResponseWriter();
    final RequestBodies bodies = new RequestBodies();
    final TopicLookup topics;
    final SendRequests sends;
    final PullRequests pulls;
    /** The permission check of all protocols; never null. */
    final Gate rights;
    /** The check of signatures and permissions of remoting requests; null where the broker does not ask for users. */
    final AccessGate gate;
    final Statistics statistics;

    private final TopicsAndGroups destinations;
    private Copies copies = Copies.NONE;
    private int opaque;
    private final List<RequestHandler> handlers = new ArrayList<>();
    private final Set<RemotingSession> sessions = new HashSet<>();

    /**
     * @param reader reads old messages from the disk
     * @param online gets this protocol's clients, and shows all clients to tools
     * @param operations what tools may see and change of the process
     * @param gate decides who may do what
     * @param registrations the registration of this broker's topics with other name servers
     * @param routes the brokers of a topic, including this one
     * @param others handlers of further request codes that the same ports serve, such as the name server's
     */
    public RemotingProtocol(
            Shard shard, Clock clock, Timers timers, Background reader, Entropy entropy, RocketmqSettings settings,
            OnlineClients online, Operations operations, Gate gate, Registrations registrations, Routes routes,
            List<RequestHandler> others) {
        this.shard = shard;
        this.broker = shard.broker();
        this.timers = timers;
        this.reader = reader;
        this.old = new OldMessages(broker, reader);
        this.settings = settings;
        this.topics = new TopicLookup(broker);
        this.destinations = new TopicsAndGroups(shard, settings);
        ConsumerGroups groups = new ConsumerGroups(broker, online, clock, timers, settings.shares());
        OffsetResets<Subscription, Partition> resets = new OffsetResets<>(clock);
        this.statistics = new Statistics(broker, clock, timers);
        Filters filters = new Filters(settings.propertyFilter());
        this.sends = new SendRequests(this, destinations, entropy, clock);
        this.pulls = new PullRequests(this, destinations, groups, filters, resets);
        handlers.add(new ClientRequests(groups, online, destinations, filters, bodies));
        handlers.add(new LockRequests(broker, new QueueLocks(clock, settings.shares()), settings.brokerName(), bodies));
        handlers.add(new OffsetRequests(shard, reader, destinations, groups, resets, settings.shares()));
        handlers.add(new MessageRequests(shard, destinations));
        handlers.add(new AdminRequests(broker, online, statistics, settings));
        handlers.add(new TopicRequests(
                shard, destinations, statistics, new ConfirmedAnswers(shard, registrations)));
        handlers.add(new GroupRequests(shard, destinations, online, clock, statistics, settings));
        handlers.add(new ConsumeRequests(broker, online, filters, statistics, settings));
        handlers.add(new OffsetAdminRequests(this, destinations, groups, resets));
        handlers.add(new RelayRequests(this, groups, online, clock));
        handlers.add(new StatisticsRequests(broker, statistics, operations, settings));
        handlers.add(new ConfigRequests(operations, statistics, registrations, shard.audit()));
        TransactionRequests transactions = new TransactionRequests(shard, groups, gate, entropy, clock, settings);
        broker.transactions().onUndecided(transactions);
        handlers.add(transactions);
        handlers.add(new WaitingRequests(shard, reader, transactions, settings.shares()));
        handlers.add(new QueryRequests(broker, reader, clock, settings.shares()));
        handlers.add(new RecallRequests(shard, settings));
        handlers.add(new ReplyRequests(this, groups, clock));
        handlers.add(new PopRequests(this, destinations, filters));
        handlers.add(new PeekRequests(this, destinations));
        handlers.add(new AckRequests(shard, bodies));
        handlers.add(new AssignmentRequests(shard, destinations, groups, routes, bodies));
        this.rights = gate;
        this.gate = !gate.isOn() ? null : new AccessGate(gate, broker, bodies, settings, new LogLimiter(clock));
        Accounts accounts = gate.accounts();
        handlers.add(new AccessRequests(accounts, shard.audit()));
        handlers.add(new PlainAclRequests(accounts, settings, shard.audit()));
        if (gate.isOn()) {
            gate.onChange(() -> Set.copyOf(sessions).forEach(RemotingSession::endWaiting));
        }
        handlers.add(new CopyRequests(this));
        handlers.addAll(others);
        settingsChanged();
        groups.start();
        statistics.start();
    }

    /**
     * Applies settings that changed while the broker runs: whether topics are created on first use shows in a system topic.
     */
    public void settingsChanged() {
        if (!shard.isFollowing()) {
            destinations.createSystemTopics();
        }
    }

    /** Sets what is known about other copies of this broker's messages; call it before sessions are opened. */
    public void copies(Copies known) {
        copies = known;
    }

    Copies copies() {
        return copies;
    }

    /** Returns the handler of a request code, or null. */
    RequestHandler handler(int code) {
        for (RequestHandler handler : handlers) {
            if (handler.accepts(code)) {
                return handler;
            }
        }
        return null;
    }

    /** Returns the user and address of a request's sender. */
    public static QuotaHolder holder(Peer peer) {
        return peer instanceof RemotingSession session ? session.holder() : new QuotaHolder("", peer.remote().getAddress());
    }

    /** Returns the number of the broker's next own request. */
    int nextOpaque() {
        return opaque++;
    }

    List<RequestHandler> handlers() {
        return handlers;
    }

    @Override
    public Session open(Connection connection) {
        RemotingSession session = new RemotingSession(this, connection);
        sessions.add(session);
        return session;
    }

    /** Removes a session whose connection is closed. */
    void left(RemotingSession session) {
        sessions.remove(session);
    }
}
