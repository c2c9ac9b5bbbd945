package io.posthorse.nameserver;

import io.posthorse.codec.rocketmq.Peer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * The remote brokers that registered, and their topics. A registration holds until its broker unregisters, its connection
 * closes, or it was not renewed in time; a broker name and its topics are dropped with its last address. A registration adds
 * topics and drops only those that it names as gone, since brokers also register single topics that changed.
 */
final class RouteRegistry {
    private static final long MASTER = 0;

    private record Address(Registration registration, Peer peer, long expiresMs) {}

    private static final class Group {
        private final TreeMap<Long, Address> addresses = new TreeMap<>();
        private final Map<String, TopicRoute> topics = new HashMap<>();
        private DataVersion version = DataVersion.NONE;

        /** Returns the registration that represents the group: the master's, else that of the lowest id. */
        private Registration leader() {
            return addresses.firstEntry().getValue().registration();
        }
    }

    private final LongSupplier clockMs;
    private final NameServerLimits limits;
    private final TreeMap<String, Group> groups = new TreeMap<>();
    private final BiConsumer<Peer, String> changes;
    private int topicCount;

    /** @param changes receives the begin and the end of each registration, with its peer */
    RouteRegistry(LongSupplier clockMs, NameServerLimits limits, BiConsumer<Peer, String> changes) {
        this.clockMs = clockMs;
        this.limits = limits;
        this.changes = changes;
    }

    /**
     * Adds or renews a registration.
     *
     * @return why it was refused, or null where it was accepted
     */
    String register(Peer peer, Registration registration) {
        String name = registration.brokerName();
        Group group = groups.get(name);
        String refusal = refusal(group, registration);
        if (refusal != null) {
            return refusal;
        }
        if (group == null) {
            group = new Group();
            groups.put(name, group);
        }
        group.addresses.values().removeIf(other -> other.registration().address().equals(registration.address())
                && other.registration().brokerId() != registration.brokerId());
        long expiresMs = clockMs.getAsLong() + registration.timeoutMs();
        Address before = group.addresses.put(registration.brokerId(), new Address(registration, peer, expiresMs));
        if (before == null || !before.registration().address().equals(registration.address())) {
            changes.accept(
                    peer, "broker " + name + " id " + registration.brokerId() + " registered at " + registration.address());
        }
        if (bringsTopics(group, registration)) {
            int sizeBefore = group.topics.size();
            group.topics.keySet().removeAll(registration.table().gone());
            group.topics.putAll(registration.table().topics());
            group.version = registration.table().version();
            topicCount += group.topics.size() - sizeBefore;
        }
        return null;
    }

    /**
     * Returns whether the topics of a registration are those of its broker: it comes from the master, or one that acts as
     * it.
     */
    private static boolean bringsTopics(Group group, Registration registration) {
        long id = registration.brokerId();
        boolean leads = group == null || group.addresses.headMap(id).isEmpty();
        return leads && (id == MASTER || registration.actingMaster());
    }

    private String refusal(Group group, Registration registration) {
        if (group == null && groups.size() >= limits.brokers()) {
            return "this name server has reached its limit of " + limits.brokers() + " brokers";
        }
        Map<Long, Address> addresses = group == null ? Map.of() : group.addresses;
        if (!addresses.containsKey(registration.brokerId()) && addresses.size() >= limits.brokerAddresses()) {
            return "broker " + registration.brokerName() + " has reached its limit of " + limits.brokerAddresses()
                    + " addresses";
        }
        if (!bringsTopics(group, registration)) {
            return null;
        }
        Map<String, TopicRoute> known = group == null ? Map.of() : group.topics;
        Map<String, TopicRoute> topics = registration.table().topics();
        long added = topics.keySet().stream().filter(topic -> !known.containsKey(topic)).count()
                - registration.table().gone().stream().filter(t -> known.containsKey(t) && !topics.containsKey(t)).count();
        if (added > 0 && known.size() + added > limits.topicsPerBroker()) {
            return "broker " + registration.brokerName() + " has reached its limit of " + limits.topicsPerBroker()
                    + " topics";
        }
        if (added > 0 && topicCount + added > limits.topics()) {
            return "this name server has reached its limit of " + limits.topics() + " topics";
        }
        return null;
    }

    /**
     * Drops an address that its broker unregisters.
     *
     * @param where the address; one that another process has registered meanwhile stays. Null for any
     */
    void unregister(Peer peer, String brokerName, long brokerId, String where) {
        Group group = groups.get(brokerName);
        Address there = group == null ? null : group.addresses.get(brokerId);
        if (there != null && (where == null || where.equals(there.registration().address()))) {
            group.addresses.remove(brokerId);
            changes.accept(peer, "broker " + brokerName + " id " + brokerId + " unregistered");
            dropIfEmpty(brokerName, group);
        }
    }

    /** Drops the addresses that were registered over a connection. */
    void closed(Peer peer) {
        drop(address -> address.peer() == peer, "its connection closed");
    }

    /** Drops the addresses that were not renewed in time. */
    void expire() {
        long nowMs = clockMs.getAsLong();
        drop(address -> address.expiresMs() <= nowMs, "it was not renewed in time");
    }

    private void drop(Predicate<Address> gone, String reason) {
        for (String name : List.copyOf(groups.keySet())) {
            Group group = groups.get(name);
            group.addresses.values().removeIf(address -> {
                if (!gone.test(address)) {
                    return false;
                }
                String where = address.registration().address();
                changes.accept(address.peer(), "broker " + name + " at " + where + " was dropped: " + reason);
                return true;
            });
            dropIfEmpty(name, group);
        }
    }

    private void dropIfEmpty(String name, Group group) {
        if (group.addresses.isEmpty()) {
            groups.remove(name);
            topicCount -= group.topics.size();
        }
    }

    /** Removes a topic from the brokers of a cluster, or from all where the cluster is null. */
    boolean deleteTopic(String topic, String cluster) {
        int before = topicCount;
        for (Group group : groups.values()) {
            boolean matches = cluster == null || cluster.equals(group.leader().cluster());
            if (matches && group.topics.remove(topic) != null) {
                topicCount--;
            }
        }
        return topicCount < before;
    }

    /** Returns whether a broker with that name is registered. */
    boolean knows(String brokerName) {
        return groups.containsKey(brokerName);
    }

    /** Returns the version of a broker's topics; {@link DataVersion#NONE} where the broker is unknown. */
    DataVersion version(String brokerName) {
        Group group = groups.get(brokerName);
        return group == null ? DataVersion.NONE : group.version;
    }

    /** Returns the registration of a broker's master, or null. */
    Registration master(String brokerName) {
        Group group = groups.get(brokerName);
        Address master = group == null ? null : group.addresses.get(MASTER);
        return master == null ? null : master.registration();
    }

    /** Returns all brokers, by name. */
    List<BrokerRoute> brokers() {
        List<BrokerRoute> brokers = new ArrayList<>();
        groups.forEach((name, group) -> brokers.add(route(name, group)));
        return brokers;
    }

    /** Returns the brokers that offer a topic, and how they offer it. */
    List<HostedTopic> hosting(String topic) {
        List<HostedTopic> hosts = new ArrayList<>();
        groups.forEach((name, group) -> {
            TopicRoute route = group.topics.get(topic);
            if (route != null) {
                hosts.add(new HostedTopic(route(name, group), route));
            }
        });
        return hosts;
    }

    /** Returns the addresses of a broker by id; empty where it is unknown. */
    TreeMap<Long, String> addresses(String brokerName) {
        TreeMap<Long, String> addresses = new TreeMap<>();
        Group group = groups.get(brokerName);
        if (group != null) {
            group.addresses.forEach((id, address) -> addresses.put(id, address.registration().address()));
        }
        return addresses;
    }

    private BrokerRoute route(String name, Group group) {
        TreeMap<Long, String> addresses = addresses(name);
        Registration leader = group.leader();
        return new BrokerRoute(leader.cluster(), name, leader.actingMaster(), addresses);
    }

    /** Returns the topics of one broker; empty where it is unknown. */
    Collection<String> topics(String brokerName) {
        Group group = groups.get(brokerName);
        return group == null ? List.of() : group.topics.keySet();
    }
}
