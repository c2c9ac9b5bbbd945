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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Who is online of this protocol: the members of consumer and producer groups, by connection, with what they subscribe to.
 * Soft state, rebuilt from heartbeats after a restart. Queues are shared and questions asked by it; what tools are shown
 * of the clients of all protocols is in {@link OnlineClients}, which is told from here.
 */
final class ConsumerGroups {
    private static final long SCAN_MS = 10_000;
    private static final long EXPIRY_MS = 120_000;
    /** Producer groups kept for the tools; a producer of one more sends as well as any other. */
    private static final int PRODUCER_GROUPS_MAX = 100_000;

    /** Part of the heap for what heartbeats say; in memory it takes a few times as much. */
    private static final int HEAP_PART = 32;

    private final Broker broker;
    private final Quota heartbeats;
    private final OnlineClients online;
    private final Clock clock;
    private final Timers timers;
    private final Map<String, Group> consumers = new TreeMap<>();
    private final Map<String, Group> producers = new TreeMap<>();
    /** Clients with a heartbeat, by connection. */
    private final Map<Peer, Membership> memberships = new HashMap<>();
    /** Connections of clients that produce, by client id. */
    private final Map<String, Peer> producing = new HashMap<>();
    private int opaque;

    /** One client of a group. */
    record Member(Peer peer, int language, OnlineClients.Client client) {
        String clientId() {
            return client.id();
        }
    }

    /** What a group reads of one topic. */
    record Interest(OnlineClients.Interest told, Filters.Choice choice) {
        long version() {
            return told.version();
        }

        /** Writes it as tools read it. */
        static void write(JsonWriter out, OnlineClients.Interest told) {
            out.beginObject().name("classFilterMode").value(false);
            out.name("codeSet").beginArray().endArray().name("expressionType").value(told.type());
            out.name("subString").value(told.expression()).name("subVersion").value(told.version());
            out.name("tagsSet").beginArray().endArray().name("topic").value(told.topic()).endObject();
        }
    }

    /** A group with its members, in the order of their coming. */
    static final class Group {
        final Map<Peer, Member> members = new LinkedHashMap<>();
        Map<String, Interest> interests = Map.of();
        String consumeType = "CONSUME_PASSIVELY";
        String messageModel = "CLUSTERING";
        String consumeFromWhere = "CONSUME_FROM_LAST_OFFSET";

        private OnlineClients.Reading told() {
            Map<String, OnlineClients.Interest> told = new TreeMap<>();
            interests.forEach((topic, interest) -> told.put(topic, interest.told()));
            return new OnlineClients.Reading(consumeType, messageModel, consumeFromWhere, told);
        }
    }

    ConsumerGroups(Broker broker, OnlineClients online, Clock clock, Timers timers, QuotaShares shares) {
        this.broker = broker;
        this.online = online;
        this.clock = clock;
        this.timers = timers;
        this.heartbeats = new Quota(Runtime.getRuntime().maxMemory() / HEAP_PART, shares);
    }

    void start() {
        timers.after(SCAN_MS, this::scan);
    }

    long nowMs() {
        return clock.nanos() / 1_000_000;
    }

    /** The client of a connection, which speaks now. */
    Member member(String clientId, Peer peer, int language, int version) {
        long now = nowMs();
        Membership known = memberships.get(peer);
        if (known == null || !known.isOf(clientId, version)) {
            closed(peer); // whatever it called itself before is gone
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

    /** Makes room for what a client's heartbeat says; false where all clients, or those of one user, have said too much. */
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

    /** A consumer's heartbeat; tells the others of the group where it is new or reads something else. */
    void consumer(String name, Member member, Group described) {
        memberships.get(member.peer()).consumed.add(name);
        online.consumes(name, member.peer(), member.client(), described.told());
        Group group = consumers.computeIfAbsent(name, n -> new Group());
        boolean isNew = group.members.put(member.peer(), member) == null;
        boolean changed = !group.interests.keySet().equals(described.interests.keySet());
        group.interests = newest(group.interests, described.interests);
        group.consumeType = described.consumeType;
        group.messageModel = described.messageModel;
        group.consumeFromWhere = described.consumeFromWhere;
        if (isNew || changed) {
            notifyMembers(name, group);
        }
    }

    /** What the last heartbeat reads, each topic as it was subscribed to last: members are not told of by turns. */
    private static Map<String, Interest> newest(Map<String, Interest> before, Map<String, Interest> now) {
        Map<String, Interest> newest = new TreeMap<>(now);
        before.forEach((topic, old) -> newest.computeIfPresent(
                topic, (name, interest) -> old.version() > interest.version() ? old : interest));
        return newest;
    }

    /** The connection of a producing client; null where it has none. */
    Peer producer(String clientId) {
        return producing.get(clientId);
    }

    /** A producer's heartbeat. A client id that is in use by another user stays that user's: replies to it are his. */
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

    /** A heartbeat that says only that its sender lives. */
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

    /** Whether that connection's client is a member of the group. */
    boolean isMember(String group, Peer peer) {
        Group found = consumers.get(group);
        return found != null && found.members.containsKey(peer);
    }

    /** A client leaves a group. */
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

    /** The connection is gone: its client leaves all groups. */
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

    /** The filter that the group's heartbeats gave for a topic; refuses the pull and returns null where there is none. */
    TagFilter filter(RemotingSession session, RequestHeader header, Subscription subscription, String topic) {
        Group group = consumers.get(subscription.name());
        if (group == null) {
            session.refuse(header, ResponseCode.SUBSCRIPTION_NOT_EXIST, "the consumer's group info not exist: group "
                    + subscription.name() + " has no member here. Its next heartbeat, within 30 s, heals this.");
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
                return TagFilter.ALL; // a client compares tags itself; its heartbeat may be 30 s away (decision 28)
            }
            session.refuse(header, ResponseCode.SUBSCRIPTION_NOT_LATEST, "the consumer's subscription not latest");
            return null;
        }
        return filter(session, header, interest.choice());
    }

    /** The filter of a subscription; refuses the pull and returns null where it has none. */
    static TagFilter filter(RemotingSession session, RequestHeader header, Filters.Choice choice) {
        if (choice.filter() == null) {
            session.refuse(header, choice.code(), choice.remark());
        }
        return choice.filter();
    }
}
