package io.posthorse.protocol.rocketmq;

import io.posthorse.broker.Bounds;
import io.posthorse.broker.Broker;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.TagFilter;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.JsonWriter;
import io.posthorse.codec.rocketmq.Language;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.codec.rocketmq.RequestCode;
import io.posthorse.codec.rocketmq.RequestHeader;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.format.rocketmq.FieldNames;
import io.posthorse.format.rocketmq.Filters;
import io.posthorse.format.rocketmq.OnlineClients;
import io.posthorse.platform.Clock;
import io.posthorse.platform.Quota;
import io.posthorse.platform.QuotaHolder;
import io.posthorse.platform.QuotaShares;
import io.posthorse.platform.Timers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The members of consumer and producer groups that use this protocol, by connection, with their subscriptions. They are kept
 * in memory only and rebuilt from heartbeats after a restart. They share queues and get the broker's requests; {@link
 * OnlineClients}, which is updated from here, has the clients of all protocols for tools.
 */
final class ConsumerGroups {
    private static final long SCAN_MS = 10_000;
    private static final long EXPIRY_MS = 120_000;
    /** Producer groups that are kept for tools; producers of further groups can send all the same. */
    private static final int PRODUCER_GROUPS_MAX = 100_000;

    /** Part of the heap for the bytes of heartbeats, which take a few times as much in memory. */
    private static final int HEAP_PART = 32;

    private final Broker broker;
    private final Quota heartbeats;
    private final OnlineClients online;
    private final Clock clock;
    private final Timers timers;
    private final Map<String, Group> consumers = new TreeMap<>();
    private final Map<String, Group> producers = new TreeMap<>();
    /** Clients that sent a heartbeat, by connection. */
    private final Map<Peer, Membership> memberships = new HashMap<>();
    /** Connections of clients that produce, by client id. */
    private final Map<String, Peer> producing = new HashMap<>();
    private int opaque;

    /** A client as a member of a group. */
    record Member(Peer peer, int language, OnlineClients.Client client) {
        String clientId() {
            return client.id();
        }
    }

    /** A group's subscription to one topic. */
    record Interest(OnlineClients.Interest shown, Filters.Choice choice) {
        long version() {
            return shown.version();
        }

        private boolean isSame(Interest other) {
            return shown.expression().equals(other.shown.expression()) && shown.type().equals(other.shown.type());
        }

        /** Writes a subscription as tools read it. */
        static void write(JsonWriter out, OnlineClients.Interest shown) {
            out.beginObject().name("classFilterMode").value(false);
            out.name("codeSet").beginArray().endArray().name("expressionType").value(shown.type());
            out.name("subString").value(shown.expression()).name("subVersion").value(shown.version());
            out.name("tagsSet").beginArray().endArray().name("topic").value(shown.topic()).endObject();
        }
    }

    /** A group with its members, in the order in which they joined. */
    static final class Group {
        final Map<Peer, Member> members = new LinkedHashMap<>();
        Map<String, Interest> interests = Map.of();
        String consumeType = "CONSUME_PASSIVELY";
        String messageModel = "CLUSTERING";
        String consumeFromWhere = "CONSUME_FROM_LAST_OFFSET";

        private OnlineClients.Reading shown() {
            Map<String, OnlineClients.Interest> shown = new TreeMap<>();
            interests.forEach((topic, interest) -> shown.put(topic, interest.shown()));
            return new OnlineClients.Reading(consumeType, messageModel, consumeFromWhere, shown);
        }
    }

    ConsumerGroups(Broker broker, OnlineClients online, Clock clock, Timers timers, QuotaShares shares) {
        this.broker = broker;
        this.online = online;
        this.clock = clock;
        this.timers = timers;
        this.heartbeats = new Quota(broker.settings().heapBytes() / HEAP_PART, shares);
    }

    void start() {
        timers.after(SCAN_MS, this::scan);
    }

    long nowMs() {
        return clock.nanos() / 1_000_000;
    }

    /** Returns the client of a connection and notes that it was active now. */
    Member member(String clientId, Peer peer, int language, int version) {
        long now = nowMs();
        Membership known = memberships.get(peer);
        if (known == null || !known.isOf(clientId, version)) {
            closed(peer); // ends the membership under the previous client id
            String address = peer.remote().getAddress().getHostAddress() + ":" + peer.remote().getPort();
            known = new Membership(
                    new OnlineClients.Client(clientId, address, Language.name(language), version, now), holder(peer));
            memberships.put(peer, known);
        }
        known.client.seen(now);
        return new Member(peer, language, known.client);
    }

    private static QuotaHolder holder(Peer peer) {
        return peer instanceof RemotingSession session
                ? session.holder()
                : new QuotaHolder("", peer.remote().getAddress());
    }

    /** Takes memory for a client's heartbeat; returns false where all clients, or those of one user, have used up theirs. */
    boolean keeps(Member member, long bytes) {
        Membership known = memberships.get(member.peer());
        if (bytes > known.bytes && !heartbeats.take(known.holder, bytes - known.bytes)) {
            return false;
        }
        if (bytes < known.bytes) {
            heartbeats.give(known.holder, known.bytes - bytes);
        }
        known.bytes = bytes;
        return true;
    }

    /** Handles a consumer's heartbeat; notifies the group's members where it is new or its topics changed. */
    void consumer(String name, Member member, Group described) {
        memberships.get(member.peer()).consumed.add(name);
        online.consumes(name, member.peer(), member.client(), described.shown());
        Group group = consumers.computeIfAbsent(name, n -> new Group());
        boolean isNew = group.members.put(member.peer(), member) == null;
        boolean changed = !group.interests.keySet().equals(described.interests.keySet());
        Map<String, Interest> before = group.interests;
        group.interests = newest(before, described.interests);
        endOutdatedPulls(name, group, before);
        group.consumeType = described.consumeType;
        group.messageModel = described.messageModel;
        group.consumeFromWhere = described.consumeFromWhere;
        if (isNew || changed) {
            notifyMembers(name, group);
        }
    }

    /**
     * Answers the waiting pulls of all members whose subscription has changed: they would pass over messages that only the
     * new one wants, and return messages that it excludes. The clients pull again at once.
     */
    private static void endOutdatedPulls(String name, Group group, Map<String, Interest> before) {
        Set<String> changed = new HashSet<>();
        group.interests.forEach((topic, now) -> {
            Interest old = before.get(topic);
            if (old != null && !old.isSame(now)) {
                changed.add(topic);
            }
        });
        if (!changed.isEmpty()) {
            for (Peer peer : List.copyOf(group.members.keySet())) {
                ((RemotingSession) peer).endPulls(name, changed);
            }
        }
    }

    /**
     * Returns the subscriptions of the latest heartbeat, each topic in its newest version, so that members that differ do
     * not replace one another's in turns.
     */
    private static Map<String, Interest> newest(Map<String, Interest> before, Map<String, Interest> now) {
        Map<String, Interest> newest = new TreeMap<>(now);
        before.forEach((topic, old) -> newest.computeIfPresent(
                topic, (name, interest) -> old.version() > interest.version() ? old : interest));
        return newest;
    }

    /** Returns the connection of a producing client; null where it has none. */
    Peer producer(String clientId) {
        return producing.get(clientId);
    }

    /**
     * Handles a producer's heartbeat. A client id in use by another user stays with that user, who gets the replies to it.
     */
    void producer(String name, Member member) {
        Peer before = producing.get(member.clientId());
        if (before == null || user(before).equals(user(member.peer()))) {
            producing.put(member.clientId(), member.peer());
        }
        Set<String> produced = memberships.get(member.peer()).produced;
        boolean hasRoom = produced.contains(name) || produced.size() < Membership.PRODUCED_MAX;
        boolean isKept = producers.containsKey(name) || producers.size() < PRODUCER_GROUPS_MAX;
        if (hasRoom && isKept && Bounds.problem(name) == null) {
            produced.add(name);
            producers.computeIfAbsent(name, n -> new Group()).members.put(member.peer(), member);
            online.produces(name, member.peer(), member.client());
        }
    }

    /** Handles a heartbeat that only says that its sender is alive. */
    void seen(Peer peer) {
        Membership known = memberships.get(peer);
        if (known != null) {
            known.client.seen(nowMs());
        }
    }

    private static String user(Peer peer) {
        return peer instanceof RemotingSession session ? session.user() : "";
    }

    Group consumers(String name) {
        return consumers.get(name);
    }

    Group producers(String name) {
        return producers.get(name);
    }

    /** Returns whether the client of a connection is a member of the group. */
    boolean isMember(String group, Peer peer) {
        Group found = consumers.get(group);
        return found != null && found.members.containsKey(peer);
    }

    /** Removes a client from a group. */
    void leave(String consumerGroup, String producerGroup, Peer peer) {
        Membership known = memberships.get(peer);
        if (producerGroup != null && known != null) {
            known.produced.remove(producerGroup);
            online.endsProducing(producerGroup, peer);
            remove(producers, producerGroup, peer);
        }
        if (consumerGroup != null && known != null) {
            known.consumed.remove(consumerGroup);
            online.endsConsuming(consumerGroup, peer);
        }
        if (consumerGroup != null && remove(consumers, consumerGroup, peer) && consumers.containsKey(consumerGroup)) {
            notifyMembers(consumerGroup, consumers.get(consumerGroup));
        }
    }

    private static boolean remove(Map<String, Group> groups, String name, Peer peer) {
        Group group = groups.get(name);
        boolean removed = group != null && group.members.remove(peer) != null;
        if (removed && group.members.isEmpty()) {
            groups.remove(name);
        }
        return removed;
    }

    /** Removes the client of a closed connection from all groups. */
    void closed(Peer peer) {
        Membership known = memberships.get(peer);
        if (known == null) {
            return;
        }
        producing.remove(known.client.id(), peer);
        List.copyOf(known.produced).forEach(name -> leave(null, name, peer));
        List.copyOf(known.consumed).forEach(name -> leave(name, null, peer));
        memberships.remove(peer);
        heartbeats.give(known.holder, known.bytes);
    }

    private void scan() {
        long before = nowMs() - EXPIRY_MS;
        List<Peer> silent = new ArrayList<>();
        memberships.forEach((peer, known) -> {
            if (known.client.seenMs() < before) {
                silent.add(peer);
            }
        });
        silent.forEach(this::closed);
        timers.after(SCAN_MS, this::scan);
    }

    private void notifyMembers(String name, Group group) {
        Subscription subscription = broker.subscription(name);
        if (group.messageModel.equals("BROADCASTING")
                || (subscription != null && !subscription.settings().notifyMembers())) {
            return;
        }
        for (Member member : group.members.values()) {
            member.peer().send(
                    Frame.oneWay(RequestCode.NOTIFY_CONSUMER_IDS_CHANGED, opaque++, Map.of("consumerGroup", name)));
        }
    }

    /**
     * Returns the filter of the group's heartbeats for a topic, or refuses the pull and returns null where there is none.
     */
    TagFilter filter(RemotingSession session, RequestHeader header, Subscription subscription, String topic) {
        Group group = consumers.get(subscription.name());
        if (group == null) {
            session.refuse(header, ResponseCode.SUBSCRIPTION_NOT_EXIST, "the consumer's group info not exist: group "
                    + subscription.name() + " has no member here. Its next heartbeat, within 30 s, corrects this.");
            return null;
        }
        Interest interest = group.interests.get(topic);
        if (interest == null) {
            session.refuse(header, ResponseCode.SUBSCRIPTION_NOT_EXIST, "the consumer's subscription not exist: group "
                    + subscription.name() + " does not subscribe to " + topic + ". All members must subscribe alike.");
            return null;
        }
        if (interest.version() < header.number(FieldNames.SUBSCRIPTION_VERSION, 0)) {
            if (Filters.TAG.equals(header.text(FieldNames.EXPRESSION_TYPE))) {
                return TagFilter.ALL; // the client compares tags itself; its next heartbeat may be 30 s away (decision 28)
            }
            session.refuse(header, ResponseCode.SUBSCRIPTION_NOT_LATEST, "the consumer's subscription not latest");
            return null;
        }
        return filter(session, header, interest.choice());
    }

    /** Returns the filter of a subscription, or refuses the pull and returns null where there is none. */
    static TagFilter filter(RemotingSession session, RequestHeader header, Filters.Choice choice) {
        if (choice.filter() == null) {
            session.refuse(header, choice.code(), choice.remark());
        }
        return choice.filter();
    }
}
