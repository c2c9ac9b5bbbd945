package io.posthorse.broker;

import io.posthorse.log.RecordFormat;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongPredicate;

/**
 * The prepared atomic groups: the log holds their whole contents, and their outcome is decided later, possibly in another
 * run. A group is one record with this payload, big endian:
 *
 * <pre>
 *   u16 length, and the id in UTF-8
 *   u32 count of messages to settle, each: u32 subscription, u32 partition, u64 offset
 *   u32 count of messages to publish, each: u32 partition, u64 due in ms since 1970 or 0, u8 format, u32 tag,
 *       u32 length, and the native bytes
 * </pre>
 */
public final class PreparedGroups {
    private static final int PUBLISH = 4 + 8 + 1 + 4 + 4;
    private static final int SETTLE = 16;
    private static final int GROUPS_MAX = 10_000;
    private static final int ID_BYTES_MAX = 1_024;
    /** Bytes after which one step carries no further group. */
    private static final int CARRIED_BYTES_MAX = 1 << 20;

    private final Broker broker;

    /** A receiver of the messages that a group settles. */
    public interface Settled {
        void message(Subscription subscription, Partition partition, long offset);
    }

    PreparedGroups(Broker broker) {
        this.broker = broker;
    }

    /** Returns the position of each group's record, by its id. */
    TreeMap<String, Long> positions() {
        return broker.state().preparedGroups;
    }

    /** Returns the ids of all undecided groups. */
    public Collection<String> ids() {
        return List.copyOf(positions().keySet());
    }

    /** Returns whether a group of that id waits for its decision. */
    public boolean holds(String id) {
        return positions().containsKey(id);
    }

    /** Prepares a group. Unless the result is {@link Admission#ADMITTED}, nothing has happened. */
    public Admission prepare(String id, AtomicGroup group) {
        if (positions().containsKey(id)) {
            throw new IllegalStateException("a group with the id " + id + " is already prepared");
        }
        group.settleTransient();
        long size = size(id, group);
        if (id.getBytes(StandardCharsets.UTF_8).length > ID_BYTES_MAX || positions().size() >= GROUPS_MAX
                || size + RecordFormat.PAYLOAD > RecordFormat.LENGTH_MAX || !broker.appender().admits(size, 1, false)) {
            return broker.refusal();
        }
        int planBytes = (int) size - FieldCodec.size(id);
        broker.write(new Event.GroupPrepared(id, planBytes, out -> put(out, group)), false);
        return Admission.ADMITTED;
    }

    private static long size(String id, AtomicGroup group) {
        long size = FieldCodec.size(id) + 8L;
        for (TreeSet<Long> offsets : group.settlements().values()) {
            size += (long) offsets.size() * SETTLE;
        }
        for (AtomicGroup.Publish publish : group.publishes()) {
            size += PUBLISH + publish.message().length();
        }
        return size;
    }

    private static void put(ByteBuffer out, AtomicGroup group) {
        out.putInt(group.settlements().values().stream().mapToInt(TreeSet::size).sum());
        for (Map.Entry<AtomicGroup.Place, TreeSet<Long>> entry : group.settlements().entrySet()) {
            AtomicGroup.Place place = entry.getKey();
            entry.getValue().forEach(offset ->
                    out.putInt(place.subscription().number()).putInt(place.partition().id()).putLong(offset));
        }
        out.putInt(group.publishes().size());
        for (AtomicGroup.Publish publish : group.publishes()) {
            Message message = publish.message();
            out.putInt(publish.to().id()).putLong(publish.dueMs()).put(message.format()).putInt(message.tag());
            out.putInt(message.length());
            message.write(out);
        }
    }

    /**
     * Requires the group's record to be resident; to be called before a command that decides a group, or reads what it
     * settles.
     *
     * @throws NotResidentException where the record may have to come from the disk
     */
    public void requireResident(String id) {
        Long position = positions().get(id);
        if (position != null) {
            broker.resident().require(position);
        }
    }

    /** Commits a group; refuses where its record is unreadable. */
    public Admission commit(String id) {
        AtomicGroup group = read(id);
        return group == null ? broker.refusal() : group.commit(new Event.GroupDecided(id));
    }

    /** Drops a group. */
    public Admission rollback(String id) {
        return broker.append(new Event.GroupDecided(id)) ? Admission.ADMITTED : broker.refusal();
    }

    /** Passes the messages that a group settles. */
    public void settlements(String id, Settled receiver) {
        AtomicGroup group = read(id);
        if (group != null) {
            group.settlements().forEach((place, offsets) ->
                    offsets.forEach(offset -> receiver.message(place.subscription(), place.partition(), offset)));
        }
    }

    /** Reads a group from the log; returns null where it is unreadable. */
    private AtomicGroup read(String id) {
        ByteBuffer plan = plan(id);
        try {
            return plan == null ? null : group(plan);
        } catch (MalformedEventException e) {
            broker.faults().tell("reading the prepared group " + id, e);
            return null;
        }
    }

    /** Returns the plan in a group's record; null where it is unreadable. */
    private ByteBuffer plan(String id) {
        Long position = positions().get(id);
        if (position == null || broker.unreadable.stays(position, "reading the prepared group " + id)
                || !broker.log().readable(position)) {
            return null;
        }
        ByteBuffer bytes = broker.log().bytes(position);
        int at = broker.log().index(position);
        if (bytes.get(at + RecordFormat.TYPE) != Event.GroupPrepared.TYPE) {
            return null;
        }
        int length = bytes.getInt(at + RecordFormat.LENGTH) - RecordFormat.PAYLOAD;
        ByteBuffer in = bytes.slice(at + RecordFormat.PAYLOAD, length);
        FieldCodec.text(in);
        return in;
    }

    private AtomicGroup group(ByteBuffer in) {
        AtomicGroup group = broker.group();
        for (int left = FieldCodec.count(in, SETTLE); left > 0; left--) {
            Subscription subscription = broker.state().subscriptions.byNumber(in.getInt());
            Partition partition = broker.state().partition(in.getInt());
            long offset = in.getLong();
            if (subscription != null && partition != null && offset >= 0 && offset < partition.index.next()) {
                group.settle(subscription, partition, offset);
            }
        }
        for (int left = FieldCodec.count(in, PUBLISH); left > 0; left--) {
            Partition to = broker.state().partition(FieldCodec.number(in));
            long due = FieldCodec.number64(in);
            NativeBytes message = NativeBytes.read(in, broker.formats());
            if (to != null) {
                group.publishAt(to, message, due);
            }
        }
        return group;
    }

    /**
     * Returns the first groups whose records are in segments to be carried.
     *
     * @param isMeant test of the position of a group's record
     */
    List<String> first(int most, LongPredicate isMeant) {
        return positions().entrySet().stream().filter(e -> isMeant.test(e.getValue())).limit(most)
                .map(Map.Entry::getKey).toList();
    }

    /**
     * Writes the first of some groups again at the tail, up to a number of bytes, but at least one. Returns false where the
     * log is full.
     *
     * @param unreadable gets the positions of groups that stay where they are, since only this node cannot read them
     */
    boolean carry(List<String> meant, Set<Long> unreadable) {
        long left = CARRIED_BYTES_MAX;
        for (int i = 0; i < meant.size() && left > 0; i++) {
            String id = meant.get(i);
            ByteBuffer plan = plan(id);
            left -= plan == null ? 0 : plan.remaining();
            if (plan == null && broker.unreadable.stays(positions().get(id), "carrying the prepared group " + id)) {
                unreadable.add(positions().get(id));
                continue;
            }
            if (plan == null) {
                broker.faults().tell("carrying the prepared group " + id + ", which is dropped", new IllegalStateException(
                        "its record at position " + positions().get(id) + " is damaged"));
            }
            Event again = plan == null
                    ? new Event.GroupDecided(id)
                    : new Event.GroupPrepared(id, plan.remaining(), out -> out.put(plan.duplicate()));
            if (!broker.append(again)) {
                return false;
            }
        }
        return true;
    }
}
