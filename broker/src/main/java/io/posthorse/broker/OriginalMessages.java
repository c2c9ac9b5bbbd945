package io.posthorse.broker;

import io.posthorse.log.RecordFormat;
import java.nio.ByteBuffer;
import java.util.function.LongPredicate;

/** Messages as their producers sent them, each in its own format; everybody else is shown them in the common one. */
public final class OriginalMessages {
    private static final int REMEMBERED = 1_024;
    /** Fibonacci hashing to ten bits: records of like length must not meet in few slots. */
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private static final int SPREAD_SHIFT = 54;

    private final Broker broker;
    /** Traits of the last ones, for all subscriptions of a topic ask for the same: slots by position. */
    private final long[] positions = new long[REMEMBERED];
    private final MessageTraits[] traits = new MessageTraits[REMEMBERED];
    /** Those that had to come from the disk. */
    private final RecordCache copies = new RecordCache();

    OriginalMessages(Broker broker) {
        this.broker = broker;
    }

    /**
     * Whether the message whose record stands at a position can be read without waiting for the disk. Others are read
     * through {@link #beginRead} first.
     */
    public boolean isAtHand(long position) {
        return !broker.isCold(position) || copies.at(position) != null;
    }

    /**
     * Begins to read messages that may have to come from the disk, by another thread. {@link #endRead} must follow.
     *
     * @param wanted which of them, by offset
     */
    public OriginalRead beginRead(FetchResult found, LongPredicate wanted) {
        return new OriginalRead(broker.log(), found, wanted);
    }

    /**
     * Puts copies in the place of messages that may have to come from the disk, up to the first of which there is none.
     *
     * @return false where that is the first of all; then nothing has changed
     */
    boolean take(FetchResult found) {
        return HeldMessages.take(broker, copies, found);
    }

    /** Has a message read anew when it is asked for next. */
    void forget(long position) {
        copies.forget(position);
    }

    /** What was read of the message at a position; null where it was not, or was displaced. */
    OriginalRead.Copy held(long position) {
        return copies.at(position);
    }

    /** Ends a read, on the owner's thread: what it has read is at hand until it is displaced by what others have read. */
    public void endRead(OriginalRead read) {
        read.end(broker.log());
        for (OriginalRead.Copy copy : read.copies()) {
            copies.add(copy);
        }
    }

    private OriginalRead.Copy copyAt(long position) {
        return copies.isEmpty() || !broker.isCold(position) ? null : copies.at(position);
    }

    /**
     * The native bytes of the message whose record stands at a position, or null where there is none.
     *
     * @throws IllegalStateException where the disk could not deliver it
     */
    public ByteBuffer at(long position) {
        OriginalRead.Copy copy = copyAt(position);
        return copy != null ? copy.bytes() : PartitionReader.nativeAt(broker.log(), position);
    }

    /** Format of the message whose record stands at a position where {@link #at} finds one. */
    public byte formatAt(long position) {
        OriginalRead.Copy copy = copyAt(position);
        return copy != null
                ? copy.format()
                : broker.log().bytes(position).get(broker.log().index(position) + RecordFormat.FORMAT);
    }

    /** What handing out the message depends on whose record stands at a position; null where there is none. */
    public MessageTraits traitsAt(long position) {
        int slot = (int) (position * SPREAD >>> SPREAD_SHIFT);
        if (traits[slot] != null && positions[slot] == position) {
            return traits[slot];
        }
        ByteBuffer bytes = at(position);
        if (bytes == null) {
            return null;
        }
        positions[slot] = position;
        traits[slot] = broker.formats()[formatAt(position)].traits(bytes, 0, bytes.capacity());
        return traits[slot];
    }

    /** Native bytes of a format, from 0 to the capacity, as every protocol can say them. */
    public PlainMessage plain(byte format, ByteBuffer bytes) {
        return broker.formats()[format].plain(bytes, 0, bytes.capacity());
    }

    /**
     * Whether a message of a topic has that id, one that waits for its time included.
     *
     * @throws NotResidentException where that was not looked up yet
     */
    public boolean hasId(Topic topic, String id) {
        return broker.atHand().answer(new IdQuery(broker, topic, id));
    }
}
