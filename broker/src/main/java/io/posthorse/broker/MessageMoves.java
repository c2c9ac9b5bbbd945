package io.posthorse.broker;

import io.posthorse.log.RecordFormat;

/**
 * The commands that move waiting messages to other partitions. The record of the message in its new place also ends the
 * waiting; where that takes two records, they are an atomic group. So after a crash a message was moved or not, never
 * twice, and never lost.
 */
final class MessageMoves {
    private final Broker broker;
    private final StoredCopy copy = new StoredCopy();

    MessageMoves(Broker broker) {
        this.broker = broker;
    }

    /** Returns the position of the message at an offset; -1 where there is none. */
    static long position(Partition from, long offset) {
        boolean there = offset >= from.index.begin() && offset < from.index.next() && from.index.ceiling(offset) == offset;
        return there ? from.index.position(offset) : -1;
    }

    /** Returns a waiting message for reading; null where it is unreadable. Valid until the next call. */
    StoredCopy find(Partition from, long offset) {
        long position = position(from, offset);
        return broker.log().readable(position)
                ? copy.of(broker.log().bytes(position), broker.log().index(position), broker.formats())
                : null;
    }

    /** Moves a message to the partition that it was meant for. */
    CommandOutcome deliver(Partition from, long offset) {
        StoredCopy found = find(from, offset);
        return found == null
                ? unreadable(from, offset)
                : move(from, offset, broker.state().partition(found.linkPartition()));
    }

    /** Moves a message to a partition; null stands for a deleted one. */
    CommandOutcome move(Partition from, long offset, Partition to) {
        StoredCopy found = find(from, offset);
        if (found == null || to == null) {
            return found == null ? unreadable(from, offset) : gone(from, offset);
        }
        if (broker.admit(found.length(), 1) != Admission.ADMITTED) {
            return CommandOutcome.REFUSED;
        }
        broker.append(to, found, RecordFormat.LINK_MOVED_FROM, from.id(), offset, false);
        return CommandOutcome.DONE;
    }

    /** Moves a waiting message to another place, or another kind of waiting, with the same target partition. */
    CommandOutcome postpone(Partition from, long offset, Partition into, byte link, int target, long time) {
        StoredCopy found = find(from, offset);
        if (found == null || broker.state().partition(target) == null) {
            return found == null ? unreadable(from, offset) : gone(from, offset);
        }
        if (broker.admit(found.length() + Event.WaitEnded.SIZE, 2) != Admission.ADMITTED) {
            return CommandOutcome.REFUSED;
        }
        broker.append(into, found, link, target, time, true);
        broker.write(new Event.WaitEnded(from.id(), offset), false);
        return CommandOutcome.DONE;
    }

    /** Returns whether a message waits that only this node cannot read; it is to be tried again later. */
    boolean isUnreadable(Partition from, long offset) {
        return broker.unreadable.stays(position(from, offset), "moving the waiting message at offset " + offset
                + " of queue " + from.number() + " of the topic " + from.topic().name());
    }

    private CommandOutcome unreadable(Partition from, long offset) {
        return isUnreadable(from, offset) ? CommandOutcome.REFUSED : gone(from, offset);
    }

    private CommandOutcome gone(Partition from, long offset) {
        if (position(from, offset) >= broker.log().committed()) {
            return CommandOutcome.REFUSED; // it is not gone, but not committed yet
        }
        return broker.settle(from, offset) ? CommandOutcome.UNKNOWN : CommandOutcome.REFUSED;
    }
}
