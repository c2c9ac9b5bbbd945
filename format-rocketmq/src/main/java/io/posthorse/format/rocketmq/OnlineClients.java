package io.posthorse.format.rocketmq;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The clients that are there, whatever protocol they speak, by consumer group and by producer group: what tools are shown.
 * Each protocol tells of its own clients under keys of its own, and of their going. Soft state; used on the owner's thread.
 */
public final class OnlineClients {
    /** Places in groups that are kept; a client in one more works as well as any other, and is not shown there. */
    private static final int PLACES_MAX = 1_000_000;

    private final Map<String, Group> consumers = new TreeMap<>();
    private final Map<String, Group> producers = new TreeMap<>();
    private int places;

    /** What a client of a group reads of one topic. */
    public record Interest(String topic, String expression, String type, long version) {}

    /**
     * How a consumer reads.
     *
     * @param type CONSUME_ACTIVELY or CONSUME_PASSIVELY
     * @param messageModel CLUSTERING or BROADCASTING
     * @param from where a group that is new begins
     * @param interests by topic
     */
    public record Reading(String type, String messageModel, String from, Map<String, Interest> interests) {
        /** Of a client that only produces. */
        static final Reading NOTHING = new Reading("", "", "", Map.of());
    }

    /** One client on one connection. */
    public static final class Client {
        private final String id;
        private final String address;
        private final String language;
        private final int version;
        private final long sinceMs;
        private long seenMs;

        /**
         * @param address host:port that it came from
         * @param language as the remoting protocol names it
         * @param version as the remoting protocol counts versions
         * @param nowMs when it came, ms of the monotonic clock
         */
        public Client(String id, String address, String language, int version, long nowMs) {
            this.id = id;
            this.address = address;
            this.language = language;
            this.version = version;
            this.sinceMs = nowMs;
            this.seenMs = nowMs;
        }

        /** What it calls itself. */
        public String id() {
            return id;
        }

        /** host:port that it came from. */
        public String address() {
            return address;
        }

        /** As the remoting protocol names it. */
        public String language() {
            return language;
        }

        /** As the remoting protocol counts versions. */
        public int version() {
            return version;
        }

        /** When it came, ms of the monotonic clock. */
        public long sinceMs() {
            return sinceMs;
        }

        /** When it was heard of last, ms of the monotonic clock. */
        public long seenMs() {
            return seenMs;
        }

        /** It was heard of. */
        public void seen(long nowMs) {
            seenMs = nowMs;
        }
    }

    /** A client as a member of a group. */
    public record Member(Client client, Reading reading) {}

    /** A group with its members, in the order of their coming. */
    public static final class Group {
        private final Map<Object, Member> members = new LinkedHashMap<>();
        private Reading told = Reading.NOTHING;

        /** Members in the order of their coming. */
        public Collection<Member> members() {
            return Collections.unmodifiableCollection(members.values());
        }

        /** The member of that client id, or null. */
        public Member member(String clientId) {
            return members.values().stream().filter(m -> m.client.id.equals(clientId)).findFirst().orElse(null);
        }

        /** How the group reads, as the member said that spoke last. */
        public Reading told() {
            return told;
        }

        /** Whether any member reads a topic. */
        public boolean reads(String topic) {
            return members.values().stream().anyMatch(m -> m.reading.interests.containsKey(topic));
        }

        /** What any member reads, by topic; where they differ, what was subscribed to last. */
        public Map<String, Interest> interests() {
            Map<String, Interest> all = new TreeMap<>();
            members.values().forEach(m -> m.reading.interests.forEach((topic, interest) -> all.merge(
                    topic, interest, (one, other) -> other.version > one.version ? other : one)));
            return all;
        }
    }

    /** A client consumes in a group; one that did already may read something else now. */
    public void consumes(String group, Object key, Client client, Reading reading) {
        add(consumers, group, key, new Member(client, reading));
    }

    /** A client produces in a group. */
    public void produces(String group, Object key, Client client) {
        add(producers, group, key, new Member(client, Reading.NOTHING));
    }

    private void add(Map<String, Group> groups, String name, Object key, Member member) {
        Group group = groups.get(name);
        boolean isNew = group == null || !group.members.containsKey(key);
        if (isNew && places >= PLACES_MAX) {
            return;
        }
        places += isNew ? 1 : 0;
        Group joined = groups.computeIfAbsent(name, n -> new Group());
        joined.members.put(key, member);
        joined.told = member.reading;
    }

    /** A client consumes no more in a group. */
    public void endsConsuming(String group, Object key) {
        remove(consumers, group, key);
    }

    /** A client produces no more in a group. */
    public void endsProducing(String group, Object key) {
        remove(producers, group, key);
    }

    private void remove(Map<String, Group> groups, String name, Object key) {
        Group group = groups.get(name);
        if (group == null || group.members.remove(key) == null) {
            return;
        }
        places--;
        if (group.members.isEmpty()) {
            groups.remove(name);
        }
    }

    /** The consumer group of that name; null where nobody of it is there. */
    public Group consumers(String group) {
        return consumers.get(group);
    }

    /** The producer group of that name; null where nobody of it is there. */
    public Group producers(String group) {
        return producers.get(group);
    }

    /** Consumer groups by name, each with somebody in it. */
    public Map<String, Group> consumers() {
        return Collections.unmodifiableMap(consumers);
    }

    /** Producer groups by name, each with somebody in it. */
    public Map<String, Group> producers() {
        return Collections.unmodifiableMap(producers);
    }
}
