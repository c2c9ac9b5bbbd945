package io.posthorse.broker;

import static io.posthorse.broker.Failures.Part.KEYS;
import static io.posthorse.broker.Failures.Part.RESTAMP;
import static io.posthorse.broker.Failures.Part.STAMP;

import io.posthorse.log.RecordFormat;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;
import java.util.function.Predicate;

/**
 * What the world knows of the messages: everything that was sent, what of it was acknowledged or seen, and so what must
 * be there, what may be there and what must not. Each violated rule is an {@link AssertionError} that names it.
 */
final class Model {
    /** Something that a log record holds. */
    interface Event {
        /** Position behind its record. */
        long end();

        boolean isAcknowledged();

        void acknowledge();
    }

    /** What must come to pass before a message is visible. */
    enum Wait {
        NOTHING,
        /** The delay of a lane: its time is that of the log. */
        DELAY,
        /** A time of its own. */
        TIME,
        /** A decision of its sender. */
        DECISION
    }

    /** A message in a partition. */
    static final class Stored implements Event {
        final Sending sending;
        long position;
        long end;
        final int batch;
        boolean acknowledged;
        /** Where it stood before. */
        final Set<Long> places = new HashSet<>();
        /** Whether a reader got it since the broker was opened. */
        boolean seen;
        boolean rotten;
        /** Which of its places has rotted. */
        long rottenAt = -1;
        boolean lost;
        boolean expired;

        Stored(Sending sending, long position, long end, int batch) {
            this.sending = sending;
            this.position = position;
            this.end = end;
            this.batch = batch;
        }

        @Override
        public long end() {
            return end;
        }

        @Override
        public boolean isAcknowledged() {
            return acknowledged;
        }

        @Override
        public void acknowledge() {
            acknowledged = true;
        }
    }

    /** A partition. */
    static final class Place {
        final TreeMap<Long, Stored> byOffset = new TreeMap<>();
        /** Everything below was looked at since the broker was opened. */
        long scanned;
    }

    /** The name of a partition's topic, and its number in that. */
    record Name(String topic, int number) {}

    private final Map<Integer, Place> places = new TreeMap<>();
    private final Map<Integer, Name> names = new HashMap<>();
    private final Map<Long, Sending> sendings = new HashMap<>();
    /** Where a message for later has arrived. */
    private final Map<Long, Stored> arrived = new HashMap<>();
    private final FetchResult fetch = new FetchResult();
    private final PassedTime time;
    private final Failures failures;
    /** Partitions whose creation has rotted: that they left out offsets may be forgotten too. */
    private final Set<Integer> forgotten = new HashSet<>();
    private long nextMessage = 1;

    Model(PassedTime time, Failures failures) {
        this.failures = failures;
        this.time = time;
    }

    static void require(boolean holds, String rule) {
        if (!holds) {
            throw new AssertionError(rule);
        }
    }

    Place place(Partition partition) {
        return places.computeIfAbsent(partition.id(), id -> new Place());
    }

    /** Numbers from one on are given out; who had them before did not survive. */
    void forgetFrom(int partition) {
        places.keySet().removeIf(id -> id >= partition);
        names.keySet().removeIf(id -> id >= partition);
    }

    /** A partition is new; one whose creation did not survive may have had its number. */
    void begin(Partition partition) {
        places.remove(partition.id());
        names.put(partition.id(), new Name(partition.topic().name(), partition.number()));
    }

    /** Whether a topic whose partitions have numbers from one on holds messages that have to be there. */
    boolean holdsSome(String topic, int first, Predicate<Event> survives) {
        for (int id = first; names.containsKey(id) && names.get(id).topic.equals(topic); id++) {
            Place place = places.getOrDefault(id, new Place());
            boolean holds = place.byOffset.values().stream().anyMatch(stored ->
                    !stored.rotten && !stored.lost && !stored.expired && survives.test(stored));
            if (holds) {
                return true;
            }
        }
        return false;
    }

    /** What messages of a partition say of where they belong; null where there never was one of that number. */
    Name name(int partition) {
        return names.get(partition);
    }

    Sending send(Partition target, int bodyLength, Wait wait, long dueMs) {
        Sending sending = new Sending(nextMessage++, target.id(), bodyLength, wait, dueMs);
        sendings.put(sending.messageId, sending);
        return sending;
    }

    /** Notes where the broker said that it put a message. */
    Stored store(Partition in, long offset, Sending sending, long position, long end, int batch) {
        Place place = place(in);
        Stored before = place.byOffset.get(offset);
        boolean isForgotten = before != null && before.lost && forgotten.contains(in.id());
        require(before == null || isForgotten, "an offset is used once: " + in.id() + ":" + offset);
        Stored stored = new Stored(sending, position, end, batch);
        place.byOffset.put(offset, stored);
        return stored;
    }

    /** Looks at all messages that have become visible. */
    void scan(Broker broker, Collection<Topic> topics) {
        for (Topic topic : topics) {
            for (Partition partition : topic.partitions()) {
                Place place = place(partition);
                long end = broker.end(partition);
                place.scanned = Math.max(place.scanned, Math.min(end, broker.begin(partition)));
                while (place.scanned < end) {
                    fetch(broker, partition, place.scanned);
                    require(fetch.next() > place.scanned, "reading gets on");
                    for (int i = 0; i < fetch.count(); i++) {
                        see(broker, partition, place, fetch.positions[i], fetch.lengths[i]);
                    }
                    requireNoneMissing(broker, partition, place, fetch.next());
                    place.scanned = fetch.next();
                }
            }
        }
    }

    /** Old ones are read from the disk first. */
    private void fetch(Broker broker, Partition partition, long from) {
        OldMessages old = new OldMessages(broker, new ImmediateBackground());
        broker.fetch(partition, from, 64, 1 << 20, TagFilter.ALL, fetch);
        while (!old.areResident(fetch)) {
            old.read(fetch, new RetriedRequest());
            broker.fetch(partition, from, 64, 1 << 20, TagFilter.ALL, fetch);
        }
    }

    private void see(Broker broker, Partition partition, Place place, long position, int length) {
        ByteBuffer bytes = broker.nativeAt(position);
        require(bytes != null && bytes.limit() == length, "what the index says can be read");
        long offset = TestFormat.offset(bytes);
        String where = partition.id() + ":" + offset;
        require(position + length <= broker.log().committed(), "what is visible is committed: " + where);
        Sending sending = sendings.get(TestFormat.messageId(bytes));
        require(sending != null && TestFormat.isIntact(bytes, sending.bodyLength), "no invention: " + where);
        boolean isStamped = !failures.has(sending.messageId, RESTAMP);
        require(!isStamped || TestFormat.position(bytes) == position, "a message knows its position: " + where);
        require(offset >= place.scanned, "messages come in order: " + where);
        Stored stored = place.byOffset.get(offset);
        if (stored == null) {
            stored = arrival(broker, partition, offset, sending, bytes, position);
        }
        carried(broker, stored, position, length);
        require(stored.sending == sending, "an offset is used once: " + where);
        require(!stored.lost, "what was lost does not come back: " + where);
        require(position != stored.rottenAt, "a damaged message is not handed out: " + where);
        stored.seen = true;
        stored.acknowledged = true; // somebody has seen it, so it must stay
    }

    /** Follows a message that was written again. */
    private static void carried(Broker broker, Stored stored, long position, int length) {
        if (position != stored.position) {
            byte link = broker.log().bytes(position).get(broker.log().index(position) + RecordFormat.LINK);
            boolean backAgain = stored.places.contains(position); // what was written again was lost with the machine
            require(backAgain || link == RecordFormat.LINK_CARRIED && position > stored.position,
                    "only what is carried stands elsewhere: " + stored.sending);
            stored.places.add(stored.position);
            stored.position = position;
            stored.end = position + length;
        }
    }

    /** Whether retention has taken it. */
    static boolean isDropped(Broker broker, Stored stored) {
        return stored.position < broker.log().tail()
                && (broker.log().segmentOf(stored.position) < 0 || broker.store().isDropped(stored.position));
    }

    /** Time of a message's record. */
    private static long timeOf(Broker broker, long position) {
        return broker.log().bytes(position).getLong(broker.log().index(position) + RecordFormat.TIME);
    }

    /** A message that the broker itself put there: one that was sent for later. */
    private Stored arrival(Broker broker, Partition partition, long offset, Sending sending, ByteBuffer bytes,
            long position) {
        require(sending.wait != Wait.NOTHING, "nobody else writes: message " + sending);
        if (partition.topic().isInternal()) {
            return store(partition, offset, sending, position, position + bytes.limit(), 0); // waits on elsewhere
        }
        require(sending.target == partition.id(), "nobody else writes: message " + sending);
        Stored before = arrived.get(sending.messageId);
        require(before == null || before.rotten || before.lost || sending.mayRepeat, "moved once: message " + sending);
        require(!sending.takenBack, "what was taken back never comes: message " + sending);
        if (sending.wait == Wait.DECISION) {
            require(sending.isCommitted(), "only what was committed comes: message " + sending);
        } else {
            long time = sending.wait == Wait.DELAY ? timeOf(broker, position) : TestFormat.time(bytes);
            require(sending.hurried || time >= sending.dueMs, "not early: message " + sending);
            require(sending.hurried || this.time.isOver(sending.due), "not early by the world's time: message " + sending);
        }
        Stored stored = store(partition, offset, sending, position, position + bytes.limit(), 0);
        arrived.put(sending.messageId, stored);
        return stored;
    }

    private void requireNoneMissing(Broker broker, Partition partition, Place place, long to) {
        for (Map.Entry<Long, Stored> entry : place.byOffset.subMap(place.scanned, to).entrySet()) {
            Stored stored = entry.getValue();
            require(
                    stored.seen || stored.rotten || stored.lost || stored.expired
                            || isDropped(broker, stored),
                    "readers miss nothing: " + partition.id() + ":" + entry.getKey());
        }
    }

    /** Retention has dropped what stands nowhere any more; a crash may bring it back or not. */
    void expire(Broker broker) {
        places.forEach((id, place) -> {
            Partition partition = broker.state().partition(id);
            place.byOffset.forEach((offset, stored) -> {
                if (partition != null && !stored.lost) {
                    follow(broker, partition, offset, stored);
                }
                stored.expired |= isDropped(broker, stored);
            });
        });
    }

    /** Looks where a message stands now. */
    private static void follow(Broker broker, Partition partition, long offset, Stored stored) {
        long position = broker.positionOf(partition, offset);
        if (position >= 0 && position != stored.position && broker.log().readable(position)) {
            carried(broker, stored, position, partition.index.length(offset));
        }
    }

    /** Compares what a restart found with what had to survive; afterwards all that is there is certain. */
    void reopened(Broker broker, Collection<Topic> topics, Predicate<Event> survives) {
        Set<Integer> whole = new HashSet<>();
        Set<Integer> torn = new HashSet<>();
        for (Topic topic : topics) {
            for (Partition partition : topic.partitions()) {
                Place place = place(partition);
                place.scanned = 0;
                Iterator<Map.Entry<Long, Stored>> entries = place.byOffset.entrySet().iterator();
                while (entries.hasNext()) {
                    Map.Entry<Long, Stored> entry = entries.next();
                    Stored stored = entry.getValue();
                    if (stored.rotten || stored.lost || stored.expired) {
                        continue;
                    }
                    follow(broker, partition, entry.getKey(), stored);
                    if (isDropped(broker, stored)) {
                        continue;
                    }
                    boolean there = isThere(broker, partition, entry.getKey(), stored);
                    require(there || !survives.test(stored), "acknowledged is there: " + partition.id() + ":"
                            + entry.getKey() + " of message " + stored.sending + " at " + stored.position + " of "
                            + stored.places
                            + ", found at " + broker.positionOf(partition, entry.getKey()) + " of a log from "
                            + broker.log().begin() + " to " + broker.log().tail());
                    (there ? whole : torn).add(stored.batch);
                    if (!there && !stored.acknowledged) {
                        entries.remove(); // nobody knew of it; its offset is free
                    }
                    stored.seen = false;
                    stored.lost = !there;
                    stored.acknowledged |= there;
                }
            }
        }
        whole.retainAll(torn);
        whole.remove(0);
        require(whole.isEmpty(), "a batch survives as a whole: " + whole);
    }

    private static boolean isThere(Broker broker, Partition partition, long offset, Stored stored) {
        if (offset < partition.index.begin() || partition.index.ceiling(offset) != offset
                || offset >= partition.index.next() || partition.index.position(offset) != stored.position) {
            return false;
        }
        ByteBuffer bytes = broker.nativeAt(stored.position);
        return bytes != null && TestFormat.messageId(bytes) == stored.sending.messageId;
    }

    /** The record is gone that says that a message waits no longer: it waits again, or comes twice if it went elsewhere. */
    void rotted(int partition, long offset) {
        Place place = places.get(partition);
        Stored stored = place == null ? null : place.byOffset.get(offset);
        if (stored != null) {
            stored.sending.takenBack = false;
            stored.sending.mayRepeat = true;
        }
    }

    /** The record is gone that says that a partition was made: it is made again where a message of its topic is. */
    void creationRotted(int partition) {
        forgotten.add(partition);
    }

    /** The record is gone that says that a topic was deleted: what waited for that topic was given up meanwhile, maybe. */
    void deletionRotted(String topic) {
        for (Sending sending : sendings.values()) {
            Name target = names.get(sending.target); // null where its creation did not survive
            sending.mayMiss |= target != null && target.topic.equals(topic);
        }
    }

    /** The message that was sent with that id. */
    Sending sending(long messageId) {
        return sendings.get(messageId);
    }

    /** Once all delays are over and all senders were asked: what is still there, and was not taken back, has arrived. */
    void requireAllArrived(Broker broker) {
        Set<Sending> due = new HashSet<>();
        Set<Sending> spoilt = new HashSet<>();
        for (Topic topic : broker.topics()) {
            if (topic.isInternal()) {
                boolean expires = topic.name().equals(broker.settings().internal().suspended());
                for (Partition partition : topic.partitions()) {
                    for (Stored stored : place(partition).byOffset.values()) {
                        boolean expired = expires && (stored.expired || isDropped(broker, stored));
                        (stored.lost || stored.rotten || expired ? spoilt : due).add(stored.sending);
                    }
                }
            }
        }
        due.removeAll(spoilt);
        for (Sending sending : due) {
            boolean leftOut = sending.wait == Wait.DELAY && failures.has(sending.messageId, STAMP); // and told of
            boolean wanted = !leftOut && !sending.mayMiss && !sending.unwanted
                    && (sending.wait != Wait.DECISION || sending.isCommitted());
            if (wanted && broker.state().partition(sending.target) != null) {
                Stored there = arrived.get(sending.messageId);
                require(there != null && !there.lost, "moved once: message " + sending + " never came");
            }
        }
        require(broker.delayed().size() == 0, "nothing waits for ever");
        require(broker.transactions().size() == 0, "everything is decided");
    }

    /** What can be read is found by its key, and nothing else is. */
    void requireFound(Broker broker) {
        if (!broker.store().keys().isComplete()) {
            return;
        }
        for (Topic topic : broker.topics()) {
            Set<Long> sought = new HashSet<>();
            for (Partition partition : topic.partitions()) {
                place(partition).byOffset.values().stream()
                        .filter(stored -> stored.seen && !stored.rotten && !stored.expired && !isDropped(broker, stored)
                                && !isWithoutKeys(stored))
                        .forEach(stored -> sought.add(stored.sending.messageId));
            }
            KeySearch search = broker.search(topic);
            for (long id : sought) {
                List<ByteBuffer> found = search.find(
                        TestFormat.key(id, 0), Long.MIN_VALUE, Long.MAX_VALUE, m -> TestFormat.messageId(m) == id, 10,
                        1 << 20);
                require(!found.isEmpty(), "what is there is found by its key: message " + id);
            }
            List<ByteBuffer> many = search.find(
                    KeyHash.of(0, -1), Long.MIN_VALUE, Long.MAX_VALUE, m -> true, Integer.MAX_VALUE, Integer.MAX_VALUE);
            long before = Long.MAX_VALUE;
            for (ByteBuffer bytes : many) {
                require(TestFormat.messageId(bytes) % 6 == 0, "only what has the key is found");
                if (failures.has(TestFormat.messageId(bytes), RESTAMP)) {
                    continue; // it does not know where it stands
                }
                require(TestFormat.position(bytes) < before, "the newest is found first, and each once");
                before = TestFormat.position(bytes);
            }
            search.end();
        }
    }

    /** Where its format failed over it, a message may be found by its offset only. */
    private boolean isWithoutKeys(Stored stored) {
        long id = stored.sending.messageId;
        return failures.has(id, KEYS) || failures.has(id, RESTAMP);
    }

    /** A message whose record lies below a position, for damaging it; null where chance finds none. */
    Stored pick(Broker broker, long below, long from, IntUnaryOperator chance) {
        for (Map.Entry<Integer, Place> place : places.entrySet()) {
            if (broker.state().partition(place.getKey()) == null) {
                continue; // of a deleted topic: where its messages stood may be others by now
            }
            for (Stored stored : place.getValue().byOffset.values()) {
                if (stored.position >= from && broker.log().segmentOf(stored.position) >= 0 && stored.end + 4096 < below
                        && !stored.lost && !stored.rotten && !stored.expired
                        && chance.applyAsInt(20) == 0) {
                    return stored;
                }
            }
        }
        return null;
    }
}
