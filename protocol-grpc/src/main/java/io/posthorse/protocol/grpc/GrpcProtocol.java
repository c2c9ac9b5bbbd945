package io.posthorse.protocol.grpc;

import io.grpc.BindableService;
import io.posthorse.broker.Broker;
import io.posthorse.broker.LeaseWaiters;
import io.posthorse.broker.OldMessages;
import io.posthorse.broker.Shard;
import io.posthorse.format.rocketmq.Filters;
import io.posthorse.format.rocketmq.OnlineClients;
import io.posthorse.format.rocketmq.RocketmqSettings;
import io.posthorse.format.rocketmq.Routes;
import io.posthorse.format.rocketmq.TopicsAndGroups;
import io.posthorse.platform.Background;
import io.posthorse.platform.Clock;
import io.posthorse.platform.Entropy;
import io.posthorse.platform.QuotaShares;
import io.posthorse.platform.Timers;
import java.util.concurrent.Executor;

/** The state that all calls of this protocol share. Created and used on the owner's thread. */
final class GrpcProtocol {
    private final Shard shard;
    private final Timers timers;
    private final LeaseWaiters lines;
    private final QuotaShares shares;
    private final OtherPorts ports;
    private final RouteCalls routes;
    private final SendCalls sends;
    private final ReceiveCalls receives;
    private final AckCalls settlements;
    private final LeaseRenewals renewals;
    private final ShownClients shown;
    private final Telemetry telemetry;
    private final TransactionCalls undecided;
    private final OffsetCalls offsets;
    private final PullCalls pulls;
    private final RecallCalls recalls;
    private final MessagingService service;
    private final CallGate gate;

    /**
     * @param reader reads messages that may be on the disk only
     * @param online registers this protocol's clients
     * @param brokers finds the brokers of topics
     * @param ports the ports of other masters
     * @param access users and rules, or null where access control is off
     * @param owner runs tasks on the owner's thread
     * @param transport runs tasks on the thread that writes to the connections
     */
    GrpcProtocol(
            Shard shard, Clock clock, Timers timers, Background reader, Entropy entropy, RocketmqSettings settings,
            OnlineClients online, Routes brokers, OtherPorts ports, GrpcAccess access, Executor owner,
            Executor transport) {
        this.shard = shard;
        this.timers = timers;
        this.shares = settings.shares();
        this.lines = new LeaseWaiters(shard.broker(), timers);
        Broker broker = shard.broker();
        TopicsAndGroups destinations = new TopicsAndGroups(shard, settings);
        OtherMasters others = new OtherMasters(settings.brokerName(), brokers);
        this.ports = ports;
        this.routes = new RouteCalls(broker, destinations, settings, others);
        this.sends = new SendCalls(shard, destinations, settings, entropy, clock);
        this.gate = access == null ? null : new CallGate(access, clock);
        this.shown = new ShownClients(online, clock);
        this.telemetry = new Telemetry(broker, settings, shown, gate);
        this.renewals = new LeaseRenewals(shard, timers, telemetry::isOnline, shares);
        OldMessages old = new OldMessages(broker, reader);
        this.receives = new ReceiveCalls(
                shard, destinations, new Filters(settings.propertyFilter()), settings, renewals, old);
        this.settlements = new AckCalls(shard, receives, renewals);
        this.undecided = new TransactionCalls(shard, telemetry);
        this.offsets = new OffsetCalls(shard, receives, reader, shares);
        this.pulls = new PullCalls(broker, receives, offsets, old);
        this.recalls = new RecallCalls(shard, settings, others, ports);
        this.service = new MessagingService(this, new Calls(owner, transport, shard, gate, old, shares));
        broker.transactions().onUndecided(undecided);
        renewals.start();
    }

    /** Ends the requests to other masters. */
    void stop() {
        ports.stop();
    }

    BindableService service() {
        return service;
    }

    /** Returns the gate; null where access control is off. */
    CallGate gate() {
        return gate;
    }

    Broker broker() {
        return shard.broker();
    }

    Broker turn() {
        return shard.turn();
    }

    Timers timers() {
        return timers;
    }

    /** Returns the shares of one user and one address in limited resources. */
    QuotaShares shares() {
        return shares;
    }

    /** Returns the consumers that wait for messages of their groups. */
    LeaseWaiters lines() {
        return lines;
    }

    RouteCalls routes() {
        return routes;
    }

    SendCalls sends() {
        return sends;
    }

    ReceiveCalls receives() {
        return receives;
    }

    AckCalls settlements() {
        return settlements;
    }

    LeaseRenewals renewals() {
        return renewals;
    }

    ShownClients shown() {
        return shown;
    }

    Telemetry telemetry() {
        return telemetry;
    }

    TransactionCalls undecided() {
        return undecided;
    }

    OffsetCalls offsets() {
        return offsets;
    }

    PullCalls pulls() {
        return pulls;
    }

    RecallCalls recalls() {
        return recalls;
    }
}
