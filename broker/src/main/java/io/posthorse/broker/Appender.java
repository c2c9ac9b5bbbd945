package io.posthorse.broker;

import io.posthorse.log.Log;
import io.posthorse.log.RecordFormat;
import io.posthorse.log.Store;
import java.nio.ByteBuffer;

/**
 * The writer of a turn's records: appends each to the log and applies it to the state at once, as a replay would. A record
 * that fails is discarded whole.
 */
final class Appender {
    private final Store store;
    private final Log log;
    private final StateMachine machine;
    private final State state;
    private final MessageFormat[] formats;
    private final Announcements announcements;
    private final FaultReporter faults;
    /** Whether nothing may be written, since the records of another node's broker come into the log. */
    private final boolean follows;
    private long now;
    private long wallNow;
    private long decisions;

    Appender(
            Store store, StateMachine machine, State state, MessageFormat[] formats, Announcements announcements,
            FaultReporter faults, boolean follows) {
        this.follows = follows;
        this.store = store;
        this.log = store.log();
        this.machine = machine;
        this.state = state;
        this.formats = formats;
        this.announcements = announcements;
        this.faults = faults;
    }

    /** Returns whether it refuses all records. */
    boolean follows() {
        return follows;
    }

    /** Returns whether there is room for records, as {@link Log#admits}; never where it refuses all. */
    boolean admits(long payloadBytes, int records, boolean essential) {
        return !follows && log.admits(payloadBytes, records, essential);
    }

    /** Reserves room for small events, as {@link Log#promise}; never where it refuses all. */
    boolean promise(long payloadBytes, int records) {
        return !follows && log.promise(payloadBytes, records);
    }

    /** Sets the time of the records that follow. */
    void time(long ms, long wallMs) {
        now = ms;
        wallNow = wallMs;
    }

    long now() {
        return now;
    }

    long wallNow() {
        return wallNow;
    }

    /** Returns the number of decisions. */
    long decisions() {
        return decisions;
    }

    void decided() {
        decisions++;
    }

    long append(Partition partition, Message message, byte link, int linkPartition, long linkOffset, boolean more) {
        int length = message.length();
        int at = log.reserve(RecordFormat.ENVELOPE + length) - RecordFormat.PAYLOAD;
        long offset = partition.index.next();
        long position = log.staging().reservedPosition();
        try {
            ByteBuffer out = log.staging().payload();
            RecordFormat.envelope(
                    out, at, partition.id(), offset, message.tag(), link, message.format(), linkPartition, linkOffset);
            message.write(out.position(at + RecordFormat.NATIVE));
            if (out.hasRemaining()) {
                throw new IllegalStateException("a message wrote " + out.remaining() + " bytes less than it announced");
            }
            formats[message.format()].stamp(log.staging().buffer(), at + RecordFormat.NATIVE, offset, position, wallNow);
            for (int i = 0; i < message.keys(); i++) {
                store.keys().add(message.key(i), position, now);
            }
        } catch (RuntimeException | StackOverflowError e) {
            giveUp();
            throw e;
        }
        log.seal(RecordFormat.TYPE_MESSAGE, now, more);
        decided();
        machine.record(log.staging().buffer(), at, position, RecordFormat.NATIVE + length);
        announcements.add(partition);
        return position;
    }

    /**
     * Writes a message again at the tail, with the same partition and offset.
     *
     * @param record present record of the message, from index 0
     * @return false where the log is full
     */
    boolean carry(Partition partition, long offset, ByteBuffer record) {
        int length = record.capacity() - RecordFormat.NATIVE;
        long bytes = (long) length + RecordFormat.ENVELOPE;
        boolean helps = log.isReserveAbove(2); // frees four times as many bytes: the reserve may pay
        if (!admits(bytes, 1, false) && !(helps && admits(bytes, 1, true))) {
            return false;
        }
        int at = log.reserve(RecordFormat.ENVELOPE + length) - RecordFormat.PAYLOAD;
        long position = log.staging().reservedPosition();
        byte format = record.get(RecordFormat.FORMAT);
        boolean waits = partition.topic().isInternal() && !state.postponed.isLane(partition);
        long linkOffset = waits ? record.getLong(RecordFormat.LINK_OFFSET) : RecordFormat.time(record, 0, false);
        RecordFormat.envelope(log.staging().payload(), at, partition.id(), offset, record.getInt(RecordFormat.TAG),
                RecordFormat.LINK_CARRIED, format, record.getInt(RecordFormat.LINK_PARTITION), linkOffset);
        log.staging().payload().put(at + RecordFormat.NATIVE, record, RecordFormat.NATIVE, length);
        try {
            formats[format].restamp(log.staging().buffer(), at + RecordFormat.NATIVE, position);
            formats[format].keys(log.staging().buffer(), at + RecordFormat.NATIVE, length,
                    hash -> store.keys().add(hash, position, linkOffset));
        } catch (RuntimeException | StackOverflowError e) {
            faults.tell("stamping the message at offset " + offset + " of " + partition.topic().name() + " again", e);
        }
        log.seal(RecordFormat.TYPE_MESSAGE, now, false);
        machine.record(log.staging().buffer(), at, position, RecordFormat.NATIVE + length);
        return true;
    }

    /** Discards the open record. Earlier records of its atomic group stay, as a group of their own. */
    private void giveUp() {
        log.staging().cancel();
        if (log.staging().isInGroup()) {
            write(new Event.Nothing(), false);
        }
    }

    /** Appends an event; returns false where the log is full. */
    boolean append(Event event) {
        if (!admits(event.size(), 1, true)) {
            return false;
        }
        write(event, false);
        return true;
    }

    /** Appends an event that the log has already admitted; the record may be part of an atomic group. */
    void write(Event event, boolean more) {
        int size = event.size();
        int at = log.reserve(size) - RecordFormat.PAYLOAD;
        try {
            event.put(log.staging().payload());
        } catch (RuntimeException | StackOverflowError e) {
            giveUp();
            throw e;
        }
        long position = log.seal(event.type(), now, more);
        decided();
        machine.record(log.staging().buffer(), at, position, RecordFormat.PAYLOAD + size);
    }
}
