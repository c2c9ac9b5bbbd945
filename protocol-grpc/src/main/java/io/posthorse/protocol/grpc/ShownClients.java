package io.posthorse.protocol.grpc;

import io.posthorse.codec.grpc.ClientType;
import io.posthorse.codec.grpc.FilterType;
import io.posthorse.codec.grpc.Language;
import io.posthorse.codec.grpc.Settings;
import io.posthorse.codec.grpc.SubscriptionEntry;
import io.posthorse.codec.grpc.UA;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.format.rocketmq.OnlineClients;
import io.posthorse.platform.Clock;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The registration of this protocol's clients for administration tools, by their settings. A consumer is shown in its
 * group. A producer has no group in this protocol: it is shown in one with the name of each of its topics, as in RocketMQ.
 */
final class ShownClients {
    private static final int INTERESTS_MAX = 1_024;
    private static final Pattern VERSION = Pattern.compile("5\\.([0-9])\\.([0-9])");
    /** The remoting protocol's number of version 5.0.0; each later release adds two. */
    private static final int FIRST_OF_5 = 413;
    /** Languages that have other names in the remoting protocol. */
    private static final Map<Language, String> OTHER_NAMES = Map.of(
            Language.DOT_NET, "DOTNET", Language.GOLANG, "GO", Language.OBJECTIVE_C, "OTHER", Language.DART, "OTHER",
            Language.KOTLIN, "OTHER", Language.LANGUAGE_UNSPECIFIED, "OTHER", Language.UNRECOGNIZED, "OTHER");

    private final OnlineClients online;
    private final Clock clock;
    private final Map<String, Shown> shown = new HashMap<>();

    /** The groups in which a client is shown. */
    private record Shown(OnlineClients.Client client, String consumes, Set<String> produces) {}

    ShownClients(OnlineClients online, Clock clock) {
        this.online = online;
        this.clock = clock;
    }

    /** Registers a client by its settings, or updates it. */
    void told(Caller caller, Settings settings, List<String> publishes) {
        long now = clock.nanos() / 1_000_000;
        String key = caller.clientId();
        Shown previous = shown.get(key);
        OnlineClients.Client client = previous != null ? previous.client : client(caller, settings.getUserAgent(), now);
        client.seen(now);
        String group = settings.hasSubscription() ? Resources.group(settings.getSubscription().getGroup()) : null;
        Shown next = new Shown(client, group, new LinkedHashSet<>(publishes));
        if (previous != null) {
            leave(key, previous, next);
        }
        shown.put(key, next);
        if (group != null) {
            online.consumes(group, key, client, reading(settings));
        }
        next.produces.forEach(topic -> online.produces(topic, key, client));
    }

    /** Notes a sign of life of the client. */
    void seen(Caller caller) {
        Shown known = shown.get(caller.clientId());
        if (known != null) {
            known.client.seen(clock.nanos() / 1_000_000);
        }
    }

    /** Removes a client that is gone. */
    void gone(Caller caller) {
        Shown last = shown.remove(caller.clientId());
        if (last != null) {
            leave(caller.clientId(), last, new Shown(null, null, Set.of()));
        }
    }

    private void leave(String key, Shown previous, Shown next) {
        if (previous.consumes != null && !previous.consumes.equals(next.consumes)) {
            online.endsConsuming(previous.consumes, key);
        }
        previous.produces.stream().filter(t -> !next.produces.contains(t)).forEach(t -> online.endsProducing(t, key));
    }

    private static OnlineClients.Client client(Caller caller, UA agent, long nowMs) {
        String address = caller.remote().getAddress().getHostAddress() + ":" + caller.remote().getPort();
        Language language = agent.getLanguage();
        return new OnlineClients.Client(
                caller.clientId(), address, OTHER_NAMES.getOrDefault(language, language.name()),
                version(agent.getVersion()), nowMs);
    }

    /** Returns the remoting protocol's number of a version; unknown versions count as the newest that is known here. */
    static int version(String name) {
        Matcher matcher = VERSION.matcher(name);
        return matcher.matches()
                ? FIRST_OF_5 + 2 * (Integer.parseInt(matcher.group(1)) * 10 + Integer.parseInt(matcher.group(2)))
                : Frame.VERSION;
    }

    private OnlineClients.Reading reading(Settings settings) {
        Map<String, OnlineClients.Interest> interests = new TreeMap<>();
        for (SubscriptionEntry entry : settings.getSubscription().getSubscriptionsList()) {
            if (interests.size() < INTERESTS_MAX) {
                String topic = Resources.name(entry.getTopic());
                String type = entry.getExpression().getType() == FilterType.SQL ? "SQL92" : "TAG";
                String text = entry.getExpression().getExpression();
                interests.put(topic, new OnlineClients.Interest(topic, text, type, clock.wallMs()));
            }
        }
        boolean asks = settings.getClientType() == ClientType.SIMPLE_CONSUMER;
        return new OnlineClients.Reading(
                asks ? "CONSUME_ACTIVELY" : "CONSUME_PASSIVELY", "CLUSTERING", "CONSUME_FROM_LAST_OFFSET", interests);
    }
}
