package io.posthorse.broker;

import io.posthorse.log.RecordFormat;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Atomic groups that were prepared: all that they are to do is in the log, and whether it is done is decided later, maybe
 * by another run. A group is one record, whose payload is, big endian:
 *
 * <pre>
 *   u16 length, and so many bytes of UTF-8: the id
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

    private final Broker broker;

    /** Is told of a message that a group settles. */
    public interface Settled {
        void message(Subscription subscription, Partition partition, long offset);
    }

    PreparedGroups(Broker broker) {
        this.broker = broker;
    }

    private TreeMap<String, Long> positions() {
        return broker.state().preparedGroups;
    }

    /** Ids of all groups that nobody has decided. */
    public Collection<String> ids() {
        return List.copyOf(positions().keySet());
    }

    /** Prepares a group; anything but {@link Admission#ADMITTED} and nothing has happened. */
    public Admission prepare(String id, AtomicGroup group) {
        group.settleTransient();
        long size = size(id, group);
        if (id.getBytes(StandardCharsets.UTF_8).length > ID_BYTES_MAX || positions().size() >= GROUPS_MAX
                || size + RecordFormat.PAYLOAD > RecordFormat.LENGTH_MAX || !broker.log().admits(size, 1, false)) {
            return broker.refusal();
        }
        long position = broker.tail();
        broker.write(Events.PREPARED, (int) size, false, out -> put(out, id, group));
        positions().put(id, position);
        return Admission.ADMITTED;
    }

    private static long size(String id, AtomicGroup group) {
        long size = Events.size(id) + 8L;
        for (TreeSet<Long> offsets : group.settlements().values()) {
            size += (long) offsets.size() * SETTLE;
        }
        for (AtomicGroup.Publish publish : group.publishes()) {
            size += PUBLISH + publish.message().length();
        }
        return size;
    }

    private static void put(ByteBuffer out, String id, AtomicGroup group) {
        Events.put(out, id);
        out.putInt(group.settlements().values().stream().mapToInt(TreeSet::size).sum());
        for (Map.Entry<AtomicGroup.Place, TreeSet<Long>> entry : group.settlements().entrySet()) {
            AtomicGroup.Place place = entry.getKey();
            entry.getValue().forEach(offset ->
                    out.putInt(place.subscription().id()).putInt(place.partition().id()).putLong(offset));
        }
        out.putInt(group.publishes().size());
        for (AtomicGroup.Publish publish : group.publishes()) {
            Message message = publish.message();
            out.putInt(publish.to().id()).putLong(publish.dueMs()).put(message.format()).putInt(message.tag());
            out.putInt(message.length());
            message.write(out);
        }
    }

    /** Makes a group true. */
    public Admission commit(String id) {
        AtomicGroup group = read(id);
        return group == null ? broker.refusal() : group.commit(Events.size(id), () -> decided(id));
    }

    /** Drops a group. */
    public Admission rollback(String id) {
        if (!broker.log().admits(Events.size(id), 1, true)) {
            return broker.refusal();
        }
        decided(id);
        return Admission.ADMITTED;
    }

    private void decided(String id) {
        broker.write(Events.PREPARED_DECIDED, Events.size(id), false, out -> Events.put(out, id));
        positions().remove(id);
    }

    /** Tells of what a group settles. */
    public void settlements(String id, Settled told) {
        AtomicGroup group = read(id);
        if (group != null) {
            group.settlements().forEach((place, offsets) ->
                    offsets.forEach(offset -> told.message(place.subscription(), place.partition(), offset)));
        }
    }

    /** The group as it is in the log; null where it cannot be read. */
    private AtomicGroup read(String id) {
        Long position = positions().get(id);
        if (position == null || !broker.log().readable(position)) {
            return null;
        }
        ByteBuffer bytes = broker.log().bytes(position);
        int at = broker.log().index(position);
        int length = bytes.getInt(at + RecordFormat.LENGTH) - RecordFormat.PAYLOAD;
        ByteBuffer in = bytes.slice(at + RecordFormat.PAYLOAD, length);
        Events.text(in);
        AtomicGroup group = broker.group();
        for (int left = in.getInt(); left > 0; left--) {
            Subscription subscription = broker.state().subscription(in.getInt());
            Partition partition = broker.state().partition(in.getInt());
            long offset = in.getLong();
            if (subscription != null && partition != null) {
                group.settle(subscription, partition, offset);
            }
        }
        for (int left = in.getInt(); left > 0; left--) {
            Partition to = broker.state().partition(in.getInt());
            long due = in.getLong();
            NativeBytes message = new NativeBytes(in, broker.formats());
            if (to != null) {
                group.publishAt(to, message, due);
            }
        }
        return group;
    }

    /** Position of the oldest group that nobody has decided; {@link Long#MAX_VALUE} where there is none. */
    long oldest() {
        return positions().values().stream().mapToLong(Long::longValue).min().orElse(Long.MAX_VALUE);
    }

    /** Writes groups that stand below a position again, at the tail; false where the log is full. */
    boolean carry(long below) {
        for (String id : ids()) {
            if (positions().get(id) < below) {
                AtomicGroup group = read(id);
                if (group == null) {
                    positions().remove(id);
                } else if (prepare(id, group) != Admission.ADMITTED) {
                    return false;
                }
            }
        }
        return true;
    }
}
