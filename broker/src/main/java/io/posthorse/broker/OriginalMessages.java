package io.posthorse.broker;

import io.posthorse.log.RecordFormat;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;

/** Messages as their producers sent them, each in its own format; everybody else is shown them in the common one. */
public final class OriginalMessages {
    private final Broker broker;

    OriginalMessages(Broker broker) {
        this.broker = broker;
    }

    /** The native bytes of the message whose record stands at a position, or null where there is none. */
    public ByteBuffer at(long position) {
        return Reading.nativeAt(broker.log(), position);
    }

    /** Format of the message whose record stands at a position where {@link #at} finds one. */
    public byte formatAt(long position) {
        return broker.log().bytes(position).get(broker.log().index(position) + RecordFormat.FORMAT);
    }

    /** What handing out the message depends on whose record stands at a position; null where there is none. */
    public MessageTraits traitsAt(long position) {
        ByteBuffer bytes = at(position);
        return bytes == null ? null : broker.formats()[formatAt(position)].traits(bytes, 0, bytes.capacity());
    }

    /** Native bytes of a format, from 0 to the capacity, as every protocol can say them. */
    public PlainMessage plain(byte format, ByteBuffer bytes) {
        return broker.formats()[format].plain(bytes, 0, bytes.capacity());
    }

    /** Whether a message of a topic has that id, one that waits for its time included. Reads the log. */
    public boolean hasId(Topic topic, String id) {
        Set<Integer> partitions = new HashSet<>();
        topic.partitions().forEach(p -> partitions.add(p.id()));
        partitions.add(broker.state().postponed.timed.partition().id());
        KeySearch search = new KeySearch(broker.log(), broker.rendering(), broker.store().keys(), partitions);
        boolean found = search.hasId(topic.name(), id);
        search.end();
        return found;
    }
}
