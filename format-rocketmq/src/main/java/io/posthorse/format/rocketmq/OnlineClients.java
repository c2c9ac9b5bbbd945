package io.posthorse.format.rocketmq;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The connected clients of all protocols, by consumer group and by producer group, for tools. Each protocol adds and removes
 * its own clients, under keys of its own. In memory only; used on the owner's thread.
 */
public final class OnlineClients {
    /** Maximum memberships that are kept; a client of further groups works all the same, but is not shown there. */
    private static final int MEMBERSHIPS_MAX = 1_000_000;

    private final Map<String, Group> consumers = new TreeMap<>();
    private final Map<String, Group> producers = new TreeMap<>();
    private int memberships;

    /** A client's subscription to one topic. */
    public record Interest(String topic, String expression, String type, long version) {}

    /**
     * How a consumer reads.
     *
     * @param type CONSUME_ACTIVELY or CONSUME_PASSIVELY
     * @param messageModel CLUSTERING or BROADCASTING
     * @param from where a new group begins
     * @param interests subscriptions by topic
     */
    public record Reading(String type, String messageModel, String from, Map<String, Interest> interests) {
        /** For a client that only produces. */
        static final Reading NOTHING = new Reading("", "", "", Map.of());
    }

    /** A client on one connection. */
    public static final class Client {
        private final String id;
        private final String address;
        private final String language;
        private final int version;
        private final long sinceMs;
        private long seenMs;

        /**
         * Creates a client.
         *
         * @param address its host:port
         * @param language its language, as the remoting protocol names it
         * @param version its version, as the remoting protocol counts versions
         * @param nowMs when it connected, ms of the monotonic clock
         */
        public Client(String id, String address, String language, int version, long nowMs) {
            this.id = id;
            this.address = address;
            this.language = language;
            this.version = version;
            this.sinceMs = nowMs;
            this.seenMs = nowMs;
        }

        /** Returns the client's own id. */
        public String id() {
            return id;
        }

        /** Returns its host:port. */
        public String address() {
            return address;
        }

        /** Returns its language, as the remoting protocol names it. */
        public String language() {
            return language;
        }

        /** Returns its version, as the remoting protocol counts versions. */
        public int version() {
            return version;
        }

        /** Returns when it connected, ms of the monotonic clock. */
        public long sinceMs() {
            return sinceMs;
        }

        /** Returns when it was last active, ms of the monotonic clock. */
        public long seenMs() {
            return seenMs;
        }

        /** Notes that it is active. */
        public void seen(long nowMs) {
            seenMs = nowMs;
        }
    }

    /** A client as a member of a group. */
    public record Member(Client client, Reading reading) {}

    /** A group with its members, in the order in which they joined. */
    public static final class Group {
        private final Map<Object, Member> members = new LinkedHashMap<>();
        private Reading reading = Reading.NOTHING;

        /** Returns the members in the order in which they joined. */
        public Collection<Member> members() {
            return Collections.unmodifiableCollection(members.values());
        }

        /** Returns the member with that client id, or null. */
        public Member member(String clientId) {
            return members.values().stream().filter(m -> m.client.id.equals(clientId)).findFirst().orElse(null);
        }

        /** Returns how the group reads, according to the latest report of a member. */
        public Reading told() {
            return reading;
        }

        /** Returns whether any member reads a topic. */
        public boolean reads(String topic) {
            return members.values().stream().anyMatch(m -> m.reading.interests.containsKey(topic));
        }

        /** Returns the subscriptions of all members, by topic; where they differ, the latest. */
        public Map<String, Interest> interests() {
            Map<String, Interest> all = new TreeMap<>();
            members.values().forEach(m -> m.reading.interests.forEach((topic, interest) -> all.merge(
                    topic, interest, (one, other) -> other.version > one.version ? other : one)));
            return all;
        }
    }

    /** Adds a client to a consumer group, or changes what it reads. */
    public void consumes(String group, Object key, Client client, Reading reading) {
        add(consumers, group, key, new Member(client, reading));
    }

    /** Adds a client to a producer group. */
    public void produces(String group, Object key, Client client) {
        add(producers, group, key, new Member(client, Reading.NOTHING));
    }

    private void add(Map<String, Group> groups, String name, Object key, Member member) {
        Group group = groups.get(name);
        boolean isNew = group == null || !group.members.containsKey(key);
        if (isNew && memberships >= MEMBERSHIPS_MAX) {
            return;
        }
        memberships += isNew ? 1 : 0;
        Group joined = groups.computeIfAbsent(name, n -> new Group());
        joined.members.put(key, member);
        joined.reading = member.reading;
    }

    /** Removes a client from a consumer group. */
    public void endsConsuming(String group, Object key) {
        remove(consumers, group, key);
    }

    /** Removes a client from a producer group. */
    public void endsProducing(String group, Object key) {
        remove(producers, group, key);
    }

    private void remove(Map<String, Group> groups, String name, Object key) {
        Group group = groups.get(name);
        if (group == null || group.members.remove(key) == null) {
            return;
        }
        memberships--;
        if (group.members.isEmpty()) {
            groups.remove(name);
        }
    }

    /** Returns the consumer group with that name; null where it has no members. */
    public Group consumers(String group) {
        return consumers.get(group);
    }

    /** Returns the producer group with that name; null where it has no members. */
    public Group producers(String group) {
        return producers.get(group);
    }

    /** Returns the consumer groups by name; each has members. */
    public Map<String, Group> consumers() {
        return Collections.unmodifiableMap(consumers);
    }

    /** Returns the producer groups by name; each has members. */
    public Map<String, Group> producers() {
        return Collections.unmodifiableMap(producers);
    }
}
