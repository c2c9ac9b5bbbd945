package io.posthorse.protocol.rocketmq;

import io.posthorse.auth.AccessControl;
import io.posthorse.broker.Broker;
import io.posthorse.broker.Shard;
import io.posthorse.codec.rocketmq.RequestHandler;
import io.posthorse.codec.rocketmq.RequestHeader;
import io.posthorse.codec.rocketmq.ResponseWriter;
import io.posthorse.net.Complaints;
import io.posthorse.net.Connection;
import io.posthorse.net.Session;
import io.posthorse.net.SessionFactory;
import io.posthorse.platform.Background;
import io.posthorse.platform.Clock;
import io.posthorse.platform.Entropy;
import io.posthorse.platform.Timers;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Everything that the sessions of one broker share. All of it is used on the owner's thread only, so the readers and
 * writers of the hot path serve one request after another without being made anew.
 */
public final class RemotingProtocol implements SessionFactory {
    final Shard shard;
    final Broker broker;
    final Timers timers;
    final Background reader;
    final RocketmqSettings settings;
    final RequestHeader header = new RequestHeader();
    final ResponseWriter writer = new ResponseWriter();
    final TopicLookup topics;
    final SendRequests sends;
    final PullRequests pulls;
    /** Null where everybody may do everything. */
    final AccessGate gate;

    private final List<RequestHandler> handlers = new ArrayList<>();
    private final Set<RemotingSession> sessions = new HashSet<>();

    /**
     * @param reader reads old messages from the disk
     * @param access users and rules, or null where access is not controlled
     * @param others handlers of further request codes, the name server's say, that the same ports serve
     */
    public RemotingProtocol(
            Shard shard, Clock clock, Timers timers, Background reader, Entropy entropy, RocketmqSettings settings,
            AccessControl access, List<RequestHandler> others) {
        this.shard = shard;
        this.broker = shard.broker();
        this.timers = timers;
        this.reader = reader;
        this.settings = settings;
        this.topics = new TopicLookup(broker);
        Destinations destinations = new Destinations(shard, settings);
        ConsumerGroups groups = new ConsumerGroups(broker, clock, timers);
        Filters filters = new Filters(settings.propertyFilter());
        this.sends = new SendRequests(this, destinations, entropy, new Complaints(clock));
        this.pulls = new PullRequests(this, destinations, groups, filters);
        handlers.add(new ClientRequests(groups, destinations, filters));
        handlers.add(new LockRequests(new QueueLocks(clock), settings.brokerName()));
        handlers.add(new OffsetRequests(shard, destinations));
        handlers.add(new MessageRequests(shard, destinations));
        TransactionRequests transactions = new TransactionRequests(shard, groups, entropy, settings);
        broker.transactions().onUndecided(transactions);
        handlers.add(transactions);
        handlers.add(new QueryRequests(broker, reader, clock));
        handlers.add(new RecallRequests(shard, settings));
        handlers.add(new AdminRequests(shard, destinations, groups, settings));
        this.gate = access == null ? null : new AccessGate(access, broker, settings, new Complaints(clock));
        handlers.add(new AccessRequests(access));
        handlers.add(new PlainAclRequests(access, settings));
        if (access != null) {
            access.onChange(() -> Set.copyOf(sessions).forEach(RemotingSession::endWaiting));
        }
        handlers.addAll(others);
        destinations.createSystemTopics();
        groups.start();
    }

    /** The handler of a request code, or null. */
    RequestHandler handler(int code) {
        for (RequestHandler handler : handlers) {
            if (handler.accepts(code)) {
                return handler;
            }
        }
        return null;
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

    /** The session's connection is gone. */
    void left(RemotingSession session) {
        sessions.remove(session);
    }
}
