package io.posthorse.broker;

import io.posthorse.log.RecordFormat;
import java.nio.ByteBuffer;
import java.util.function.LongPredicate;

/** The messages as their producers sent them, each in its own format; all other readers see them in the common one. */
public final class OriginalMessages {
    private static final int REMEMBERED = 1_024;
    /** Fibonacci hashing to ten bits: records of similar length must not share few slots. */
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private static final int SPREAD_SHIFT = 54;

    private final Broker broker;
    /** Traits of recent messages, since all subscriptions of a topic need the same: slots by position. */
    private final long[] positions = new long[REMEMBERED];
    private final MessageTraits[] traits = new MessageTraits[REMEMBERED];
    /** Copies of messages read from the disk. */
    private final RecordCache copies;

    OriginalMessages(Broker broker) {
        this.broker = broker;
        this.copies = new RecordCache(broker.settings().brokers(), position -> broker.unreadable.isWholeAgain(position));
    }

    /**
     * Returns whether the message at a position can be read without waiting for the disk. Others need {@link #beginRead}
     * first.
     */
    public boolean isResident(long position) {
        return !broker.isCold(position) || copies.at(position) != null;
    }

    /**
     * Begins to read messages that may have to come from the disk, on another thread. {@link #endRead} must follow.
     *
     * @param wanted test by offset which of them to read
     */
    public OriginalRead beginRead(FetchResult found, LongPredicate wanted) {
        return new OriginalRead(broker.log(), found, wanted);
    }

    /**
     * Replaces messages that may have to come from the disk by copies, up to the first one without a copy.
     *
     * @return false where that is the first of all; nothing has changed then
     */
    boolean take(FetchResult found) {
        return HeldMessages.take(broker, copies, found);
    }

    /** Drops the copy of a message, so that the next request reads it again. */
    void forget(long position) {
        copies.forget(position);
    }

    /** Returns the copy of the message at a position; null where there is none. */
    OriginalRead.Copy held(long position) {
        return copies.at(position);
    }

    /** Ends a read, on the owner's thread: its messages are resident until others displace them. */
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
     * Returns the native bytes of the message at a position, or null where there is none.
     *
     * @throws IllegalStateException where the disk could not deliver it, or delivered it damaged to a node of a group: it
     *     is not gone
     */
    public ByteBuffer at(long position) {
        OriginalRead.Copy copy = copyAt(position);
        ByteBuffer bytes = copy != null ? copy.bytes() : PartitionReader.nativeAt(broker.log(), position);
        if (bytes == null && broker.unreadable.stays(position, "reading the message at position " + position)) {
            copies.forget(position); // once it is repaired it has to be read again
            throw new IllegalStateException("the disk of this node delivers the message damaged");
        }
        return bytes;
    }

    /** Returns whether the message at a position cannot be read now, and can be expected back by a repair. */
    public boolean isAwaited(long position) {
        return broker.unreadable.isAwaited(position) && broker.unreadable.stays(position, "reading the message");
    }

    /** Returns what this node of a group has found of damaged records; null in a broker of its own. */
    public DamageFigures damage() {
        return broker.unreadable.figures();
    }

    /** Registers what runs when messages can be read again that could not be. */
    public void onRepaired(Runnable listener) {
        broker.unreadable.onRepaired(listener);
    }

    /** Returns the format of the message at a position for which {@link #at} returns bytes. */
    public byte formatAt(long position) {
        OriginalRead.Copy copy = copyAt(position);
        return copy != null
                ? copy.format()
                : broker.log().bytes(position).get(broker.log().index(position) + RecordFormat.FORMAT);
    }

    /** Returns the traits of the message at a position; null where there is none. */
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

    /** Returns native bytes of a format, from 0 to the capacity, in the common form of all protocols. */
    public PlainMessage plain(byte format, ByteBuffer bytes) {
        return broker.formats()[format].plain(bytes, 0, bytes.capacity());
    }

    /**
     * Returns whether a topic has a message with that id, delayed messages included.
     *
     * @throws NotResidentException where the id was not looked up yet
     */
    public boolean hasId(Topic topic, String id) {
        return broker.resident().answer(new IdQuery(broker, topic, id));
    }
}
