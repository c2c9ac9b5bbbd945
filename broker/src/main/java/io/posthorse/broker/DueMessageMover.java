package io.posthorse.broker;

import io.posthorse.log.PartitionIndex;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.LongStream;

/** The mover of waiting messages: moves them to their partitions when they are due. */
final class DueMessageMover {
    /** Maximum messages moved in one turn, so that clients get their turn in a flood of due messages. */
    private static final int TURN_MAX = 512;
    /** Old messages read into memory at a time. */
    private static final int AHEAD = 256;
    /** Maximum unreadable messages that are tried again at a time. */
    private static final int UNREADABLE_MAX = 64;
    /** Ms until the next try where the log was full, or the disk is being read. */
    private static final long AGAIN_MS = 100;
    /**
     * Ms for which due messages are gathered after a move. A single message is moved at its time; of a stream, one turn
     * moves many, and one answer takes them to their consumers.
     */
    private static final long GATHER_MS = 4;

    private final Broker broker;
    private final DelayLanes schedule;
    private final TimedMessages timed;
    private final Prefetch prefetch;
    private int left;
    private boolean refused;
    private long gatheredFromMs;
    /** Time from which timed messages that this node could not read are tried again, ms since 1970. */
    private long unreadableAgainMs;
    /** The same for the first message of a delay lane, by its partition: nothing behind it can be moved. */
    private final Map<Partition, Long> heldUp = new HashMap<>();

    /** @param prefetch reads old messages into memory, and says when moving can continue */
    DueMessageMover(Broker broker, Prefetch prefetch) {
        this.broker = broker;
        this.prefetch = prefetch;
        this.schedule = broker.state().postponed.schedule;
        this.timed = broker.state().postponed.timed;
    }

    /**
     * Moves the messages that are due at the broker's time.
     *
     * @return ms until the next message is due, 0 where more are due now, {@link Long#MAX_VALUE} where none waits
     */
    long move() {
        long gathering = gatheredFromMs + GATHER_MS - broker.now();
        if (gathering > GATHER_MS) {
            gathering = 0; // the clock was set back
        }
        int most = gathering > 0 ? 0 : TURN_MAX;
        left = most;
        refused = false;
        long next = Math.min(moveTimed(), unreadableAgain());
        for (int lane = 0; lane < schedule.lanes(); lane++) {
            next = Math.min(next, moveLane(lane));
        }
        if (refused) {
            return AGAIN_MS;
        }
        if (left > 0 && left < most) {
            gatheredFromMs = broker.now();
            gathering = GATHER_MS;
        }
        return Math.max(next, gathering);
    }

    /** Lets some of the unreadable messages be tried again, if it is time; returns ms until then. */
    private long unreadableAgain() {
        if (!timed.hasUnreadable()) {
            return Long.MAX_VALUE;
        }
        if (broker.now() < unreadableAgainMs) {
            return unreadableAgainMs - broker.now();
        }
        unreadableAgainMs = broker.now() + UnreadableRecords.AGAIN_MS;
        timed.tryUnreadable(UNREADABLE_MAX);
        return 0;
    }

    private long moveTimed() {
        while (!timed.isEmpty()) {
            long offset = timed.firstOffset();
            if (offset >= broker.end(timed.partition())) {
                return Long.MAX_VALUE; // moved once it is committed
            }
            long wait = timed.firstDue() - broker.wallNow();
            if (wait <= 0 && left > 0 && !prefetch.isReady(timed.partition(), offset)) {
                prefetch.begin(timed.partition(), timed.due(broker.wallNow(), AHEAD));
                return AGAIN_MS;
            }
            if (wait > 0 || !take(timed.partition(), offset)) {
                return Math.max(0, wait);
            }
        }
        return Long.MAX_VALUE;
    }

    private long moveLane(int lane) {
        Partition from = schedule.lane(lane);
        while (true) {
            long hold = heldUp.getOrDefault(from, 0L) - broker.now();
            if (hold > 0) {
                return hold;
            }
            if (!prefetch.isReady(from, first(lane))) { // its record has the time
                prefetch.begin(from, LongStream.iterate(first(lane), at -> from.index.ceiling(at + 1)).limit(AHEAD)
                        .takeWhile(at -> at < from.index.next()).toArray());
                return AGAIN_MS;
            }
            long wait = dueIn(lane);
            if (wait > 0 || !take(from, first(lane))) {
                return Math.max(wait, 0);
            }
        }
    }

    private boolean take(Partition from, long offset) {
        if (left == 0 || refused) {
            return false;
        }
        left--;
        try {
            refused = broker.moves().deliver(from, offset) == CommandOutcome.REFUSED && !leave(from, offset);
        } catch (UncheckedIOException e) {
            if (!(e.getCause() instanceof NoSuchFileException)) {
                refused = true; // the disk failed: tried again
            } else if (!leave(from, offset)) {
                setAside(from, offset, e);
            }
        } catch (RuntimeException | StackOverflowError e) {
            setAside(from, offset, e);
        }
        return !refused;
    }

    /** Leaves a message where it is, for a while, if only this node cannot read it; other messages go on. */
    private boolean leave(Partition from, long offset) {
        if (!broker.moves().isUnreadable(from, offset)) {
            return false;
        }
        if (from != timed.partition()) {
            heldUp.put(from, broker.now() + UnreadableRecords.AGAIN_MS);
        } else {
            unreadableAgainMs = timed.hasUnreadable() ? unreadableAgainMs : broker.now() + UnreadableRecords.AGAIN_MS;
            timed.setFirstUnreadable();
        }
        return true;
    }

    /** Sets a message aside that fails unexpectedly, so that the others go on. */
    private void setAside(Partition from, long offset, Throwable cause) {
        String what = "moving the message at position " + MessageMoves.position(from, offset)
                + " to its queue when it was due";
        if (from == timed.partition()) {
            broker.faults().tell(what + "; it waits until the next start", cause);
            timed.setFirstAside();
        } else {
            broker.faults().tell(what + "; it is left out", cause);
            refused = !broker.settle(from, offset);
        }
    }

    /** Returns the time of a message's record; -1 where it is unreadable. */
    private long writtenAt(Partition partition, long offset) {
        try {
            return PartitionReader.timeAt(broker.log(), partition.index, offset);
        } catch (UncheckedIOException e) {
            if (broker.moves().isUnreadable(partition, offset)) {
                return -1; // it holds up its lane, and nothing else
            }
            throw e;
        }
    }

    private long first(int lane) {
        return schedule.lane(lane).index.ceiling(schedule.done(lane));
    }

    private long dueIn(int lane) {
        Partition partition = schedule.lane(lane);
        PartitionIndex index = partition.index;
        long offset = first(lane);
        if (offset >= index.visibleEnd(broker.log().committed())) {
            return Long.MAX_VALUE;
        }
        long written = writtenAt(partition, offset);
        return written < 0 ? 0 : broker.correctedTime(written) + schedule.delayMs(lane) - broker.now();
    }
}
