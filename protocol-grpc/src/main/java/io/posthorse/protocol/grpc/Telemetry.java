package io.posthorse.protocol.grpc;

import io.posthorse.broker.Broker;
import io.posthorse.broker.SubscriptionSettings;
import io.posthorse.codec.grpc.ClientType;
import io.posthorse.codec.grpc.Code;
import io.posthorse.codec.grpc.CustomizedBackoff;
import io.posthorse.codec.grpc.ExponentialBackoff;
import io.posthorse.codec.grpc.Metric;
import io.posthorse.codec.grpc.Publishing;
import io.posthorse.codec.grpc.Resource;
import io.posthorse.codec.grpc.RetryPolicy;
import io.posthorse.codec.grpc.Settings;
import io.posthorse.codec.grpc.Subscription;
import io.posthorse.codec.grpc.TelemetryCommand;
import io.posthorse.format.rocketmq.RocketmqSettings;
import io.posthorse.platform.Quota;
import io.posthorse.platform.QuotaHolder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The clients that are online, by their ids: each has one stream on which it sends its settings, gets the settings that it
 * must use, and is asked about its transactions. The state is in memory; reconnecting clients send it anew.
 */
final class Telemetry {
    private static final long POLL_MS = 20_000;
    private static final int TOPICS_MAX = 1_024;
    private static final int CLIENTS_MAX = 50_000;
    private static final int LEVELS = 18;
    private static final int SETTINGS_BYTES_MAX = 64 << 10;
    /** Approximate maximum bytes of a client's settings in memory, and the part of the heap for all of them. */
    private static final int CLIENT_BYTES = 32 << 10;
    private static final int HEAP_PART = 8;
    /** Retry policy of producers as in RocketMQ's proxy: some clients require one. */
    private static final RetryPolicy SEND_RETRIES = RetryPolicy.newBuilder()
            .setMaxAttempts(3)
            .setExponentialBackoff(ExponentialBackoff.newBuilder()
                    .setInitial(Resources.duration(10))
                    .setMax(Resources.duration(1_000))
                    .setMultiplier(2))
            .build();

    private final Broker broker;
    private final RocketmqSettings settings;
    private final ShownClients shown;
    private final CallGate gate;
    private final Map<String, Client> clients = new HashMap<>();
    private final Quota places;
    private int turn;

    /** A client with its stream. */
    private record Client(
            Caller caller, QuotaHolder holder, TelemetryStream out, TelemetryCommand sent, List<String> publishes) {}

    /**
     * @param shown registers the clients for administration tools
     * @param gate decides what users may do, or null where access control is off
     */
    Telemetry(Broker broker, RocketmqSettings settings, ShownClients shown, CallGate gate) {
        this.broker = broker;
        this.settings = settings;
        this.shown = shown;
        this.gate = gate;
        long most = Math.min(CLIENTS_MAX, Runtime.getRuntime().maxMemory() / HEAP_PART / CLIENT_BYTES);
        this.places = new Quota(most, settings.shares());
        if (gate != null) {
            gate.watch(this::recheck);
        }
    }

    /** Ends the streams of clients that no longer have permission for their settings, after users or rules have changed. */
    private void recheck() {
        for (Client client : List.copyOf(clients.values())) {
            try {
                gate.permit(client.caller, client.sent);
            } catch (Refusal refusal) {
                refuse(client.caller, client.out, refusal);
            }
        }
    }

    private void refuse(Caller caller, TelemetryStream out, Refusal refusal) {
        closed(caller, out);
        out.end(UnadmittedCall.grpc(refusal.status()));
    }

    boolean isOnline(String clientId) {
        return clients.containsKey(clientId);
    }

    /** Handles a command of a client. */
    void command(Caller caller, TelemetryCommand command, TelemetryStream out) {
        if (!command.hasSettings()) {
            return; // the result of a command that this broker never sends
        }
        if (gate != null) {
            try {
                gate.permit(caller, command);
            } catch (Refusal refusal) {
                refuse(caller, out, refusal);
                return;
            }
        }
        if (caller.clientId().isEmpty()) {
            out.send(answer(Refusal.status(Code.CLIENT_ID_REQUIRED, "the header x-mq-client-id is missing")));
            return;
        }
        if (!clients.containsKey(caller.clientId()) && clients.size() >= CLIENTS_MAX) {
            out.send(answer(Refusal.status(Code.TOO_MANY_REQUESTS,
                    "the maximum number of clients, " + CLIENTS_MAX + ", is online")));
            return;
        }
        Settings sent = command.getSettings();
        Client before = clients.get(caller.clientId());
        if (command.getSerializedSize() > SETTINGS_BYTES_MAX || before == null && !places.take(caller.holder())) {
            out.send(answer(Refusal.status(Code.TOO_MANY_REQUESTS, "the settings have more than " + SETTINGS_BYTES_MAX
                    + " bytes, or too many clients of one user or address are online")));
            return;
        }
        QuotaHolder holder = before == null ? caller.holder() : before.holder;
        try {
            List<String> publishes = new ArrayList<>();
            for (Resource topic : sent.getPublishing().getTopicsList()) {
                if (publishes.size() < TOPICS_MAX) {
                    publishes.add(Resources.topic(topic));
                }
            }
            Settings effective = effective(sent);
            clients.put(caller.clientId(), new Client(caller, holder, out, command, publishes));
            shown.told(caller, sent, publishes);
            out.send(TelemetryCommand.newBuilder().setStatus(Refusal.ok()).setSettings(effective).build());
        } catch (Refusal refusal) {
            if (before == null) {
                places.give(holder);
            }
            out.send(answer(refusal.status()));
        }
    }

    private static TelemetryCommand answer(io.posthorse.codec.grpc.Status status) {
        return TelemetryCommand.newBuilder().setStatus(status).build();
    }

    /** Removes a client whose stream has ended; a reconnecting client begins another one. */
    void closed(Caller caller, TelemetryStream out) {
        Client client = clients.get(caller.clientId());
        if (client != null && client.out == out) {
            clients.remove(caller.clientId());
            places.give(client.holder);
            shown.gone(caller);
        }
    }

    private Settings effective(Settings sent) {
        Settings.Builder effective = sent.toBuilder().setMetric(Metric.newBuilder().setOn(false));
        switch (sent.getPubSubCase()) {
            case PUBLISHING -> effective.setBackoffPolicy(SEND_RETRIES).setPublishing(Publishing.newBuilder()
                    .addAllTopics(sent.getPublishing().getTopicsList())
                    .setMaxBodySize(settings.messageBytesMax())
                    .setValidateMessageType(true));
            case SUBSCRIPTION -> {
                io.posthorse.broker.Subscription group =
                        broker.subscription(Resources.group(sent.getSubscription().getGroup()));
                SubscriptionSettings of = group == null ? SubscriptionSettings.STANDARD : group.settings();
                effective.setBackoffPolicy(backoff(of)).setSubscription(Subscription.newBuilder(sent.getSubscription())
                        .setFifo(of.ordered())
                        .setReceiveBatchSize(ReceiveCalls.COUNT_MAX)
                        .setLongPollingTimeout(Resources.duration(POLL_MS)));
            }
            default -> throw new Refusal(
                    sent.getClientType() == ClientType.CLIENT_TYPE_UNSPECIFIED
                            ? Code.UNRECOGNIZED_CLIENT_TYPE
                            : Code.BAD_REQUEST,
                    "the settings contain neither publishing nor subscription");
        }
        return effective.build();
    }

    /** Returns the delay levels, as RocketMQ's proxy does: 1 s, 5 s, 10 s, 30 s and so on. */
    private RetryPolicy backoff(SubscriptionSettings group) {
        CustomizedBackoff.Builder delays = CustomizedBackoff.newBuilder();
        long last = 0;
        for (int level = 0; level < LEVELS; level++) {
            long delay = broker.delayed().delayMs(level);
            if (level > 0 && delay == last) {
                break;
            }
            delays.addNext(Resources.duration(delay));
            last = delay;
        }
        return RetryPolicy.newBuilder()
                .setMaxAttempts(group.retryMax() + 1)
                .setCustomizedBackoff(delays)
                .build();
    }

    /** Asks one of a topic's producers; returns false where there is none. */
    boolean askProducer(String topic, TelemetryCommand command) {
        List<Client> producers =
                clients.values().stream().filter(c -> c.publishes.contains(topic)).toList();
        if (producers.isEmpty()) {
            return false;
        }
        producers.get(Math.floorMod(turn++, producers.size())).out.send(command);
        return true;
    }
}
