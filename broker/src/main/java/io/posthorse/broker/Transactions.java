package io.posthorse.broker;

import io.posthorse.log.RecordFormat;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The commands on messages of transactions. A prepared message is invisible until it is committed; its record in the
 * partition is then also the record of the decision, so it is moved once. A producer that does not decide is asked in
 * checks; if it never answers, the message is set aside.
 */
public final class Transactions {
    /** Old messages read into memory at a time. */
    private static final int AHEAD = 256;
    /** Ms until the next try where the log was full, or the disk is being read. */
    private static final long AGAIN_MS = 100;

    private final Broker broker;
    private final PreparedMessages prepared;
    private final List<Inquiry> inquiries = new ArrayList<>();
    private int first;

    /** A way to check a prepared message with its producer. */
    public interface Inquiry {
        /**
         * Asks the producer; the answer, if any, comes as a command.
         *
         * @param offset offset that identifies the message
         * @param times number of this check, from 1
         * @return whether there was anybody to ask
         */
        boolean ask(long offset, long position, ByteBuffer nativeBytes, int times);
    }

    Transactions(Broker broker) {
        this.broker = broker;
        this.prepared = broker.state().postponed.prepared;
    }

    /** Adds a way to ask. With several of them the first one changes each time. */
    public void onUndecided(Inquiry asks) {
        inquiries.add(asks);
    }

    /** Returns whether one more message may be undecided. */
    public boolean hasRoom() {
        return prepared.size() < broker.settings().limits().undecidedMax();
    }

    /** Returns the number of undecided messages. */
    public int size() {
        return prepared.size();
    }

    /**
     * Appends a message that becomes visible in the partition when it is committed; {@link Broker#admit} must have admitted
     * it, and {@link #hasRoom} allowed it.
     *
     * @param firstCheckMs time of the first check, ms since 1970
     * @return its position; {@link #lastOffset} identifies it
     */
    public long prepare(Partition target, Message message, long firstCheckMs) {
        return broker.append(
                prepared.partition(), message, RecordFormat.LINK_PREPARED, target.id(), firstCheckMs, false);
    }

    /** Returns the offset that identifies the last prepared message. */
    public long lastOffset() {
        return broker.lastOffset(prepared.partition());
    }

    /** Returns the position of an undecided message, or -1 where there is none. */
    public long position(long offset) {
        return prepared.undecided(offset) == null ? -1 : MessageMoves.position(prepared.partition(), offset);
    }

    /** Makes a message visible. */
    public CommandOutcome commit(long offset) {
        return prepared.undecided(offset) == null
                ? CommandOutcome.UNKNOWN
                : broker.moves().deliver(prepared.partition(), offset);
    }

    /** Commits a message that becomes visible at a time. */
    public CommandOutcome commitAt(long offset, long dueMs) {
        if (prepared.undecided(offset) == null) {
            return CommandOutcome.UNKNOWN;
        }
        StoredCopy message = broker.moves().find(prepared.partition(), offset);
        if (message == null) {
            return broker.moves().isUnreadable(prepared.partition(), offset)
                    ? CommandOutcome.REFUSED
                    : CommandOutcome.UNKNOWN;
        }
        return broker.moves().postpone(
                prepared.partition(), offset, broker.state().postponed.timed.partition(),
                RecordFormat.LINK_DUE_AT, message.linkPartition(), dueMs);
    }

    /** Rolls a message back. */
    public CommandOutcome rollback(long offset) {
        if (prepared.undecided(offset) == null) {
            return CommandOutcome.UNKNOWN;
        }
        return broker.settle(prepared.partition(), offset) ? CommandOutcome.DONE : CommandOutcome.REFUSED;
    }

    /**
     * Begins to read undecided messages, the oldest first, each with the time of its next check and the number of checks;
     * {@link WaitingRead#end} must follow.
     *
     * @param behindOffset offset behind which the read begins
     * @param most maximum number of messages
     */
    public WaitingRead readUndecided(long behindOffset, int most) {
        long[] offsets = prepared.undecidedBehind(behindOffset, most);
        long[] next = new long[offsets.length];
        int[] asked = new int[offsets.length];
        for (int i = 0; i < offsets.length; i++) {
            next[i] = prepared.undecided(offsets[i]).nextCheckMs();
            asked[i] = prepared.undecided(offsets[i]).asked();
        }
        return new WaitingRead(broker.log(), broker.renderer(), prepared.partition(), next, offsets, asked);
    }

    // ---- set aside

    /** Returns the offsets of the messages set aside that still exist, oldest first. */
    public List<Long> suspended() {
        return prepared.suspended();
    }

    /** Returns the offset of the message set aside at a position, or -1. */
    public long suspendedAt(long position) {
        Partition from = prepared.suspendedPartition();
        for (long offset : prepared.suspended()) {
            if (MessageMoves.position(from, offset) == position) {
                return offset;
            }
        }
        return -1;
    }

    /** Returns the number of messages set aside that still exist. */
    public int suspendedSize() {
        return prepared.suspendedSize();
    }

    /** Returns the position of the message set aside under an offset, or -1 where there is none. */
    public long suspendedPosition(long offset) {
        return prepared.isSuspended(offset) ? MessageMoves.position(prepared.suspendedPartition(), offset) : -1;
    }

    /** Returns the offset of the message that was set aside last. */
    public long lastSuspended() {
        return broker.lastOffset(prepared.suspendedPartition());
    }

    /**
     * Begins to read messages set aside, the oldest first; {@link WaitingRead#end} must follow.
     *
     * @param behindOffset offset behind which the read begins
     * @param most maximum number of messages
     */
    public WaitingRead readSuspended(long behindOffset, int most) {
        long[] offsets = prepared.suspendedBehind(behindOffset, most);
        return new WaitingRead(
                broker.log(), broker.renderer(), prepared.suspendedPartition(), new long[offsets.length], offsets);
    }

    /** Prepares a message that was set aside again: its producer is checked again. */
    public CommandOutcome resume(long offset, Partition target, long firstCheckMs) {
        if (!prepared.isSuspended(offset)) {
            return CommandOutcome.UNKNOWN;
        }
        return broker.moves().postpone(
                prepared.suspendedPartition(), offset, prepared.partition(), RecordFormat.LINK_PREPARED, target.id(),
                firstCheckMs);
    }

    /** Drops a message that was set aside. */
    public CommandOutcome drop(long offset) {
        if (!prepared.isSuspended(offset)) {
            return CommandOutcome.UNKNOWN;
        }
        return broker.settle(prepared.suspendedPartition(), offset) ? CommandOutcome.DONE : CommandOutcome.REFUSED;
    }

    /** Sets an undecided message aside; returns false where the log is full. */
    boolean suspend(long offset) {
        return broker.moves().move(prepared.partition(), offset, prepared.suspendedPartition()) != CommandOutcome.REFUSED;
    }

    // ---- checks

    /**
     * Checks messages that are undecided for too long with their producers.
     *
     * @param most maximum number of messages
     * @param prefetch reads old ones into memory
     * @return ms until the next check, 0 where more are due now, {@link Long#MAX_VALUE} where nothing is undecided
     */
    long check(int most, Prefetch prefetch) {
        for (int i = 0; i < most; i++) {
            long offset = prepared.firstToCheck();
            if (offset < 0 || offset >= broker.end(prepared.partition())) {
                return Long.MAX_VALUE;
            }
            PreparedMessages.Undecided state = prepared.undecided(offset);
            if (state.nextCheckMs() > broker.now()) {
                return state.nextCheckMs() - broker.now();
            }
            if (!prefetch.isReady(prepared.partition(), offset)) {
                prefetch.begin(prepared.partition(), prepared.undecidedBehind(offset - 1, AHEAD));
                return AGAIN_MS;
            }
            if (!check(offset, state)) {
                return AGAIN_MS; // the log is full
            }
        }
        return 0;
    }

    private boolean check(long offset, PreparedMessages.Undecided state) {
        PostponedLimits limits = broker.settings().limits();
        if (broker.moves().isUnreadable(prepared.partition(), offset)) {
            return checked(offset, broker.now() + limits.checkEveryMs(), state.asked());
        }
        StoredCopy message = broker.moves().find(prepared.partition(), offset);
        if (message == null) {
            return broker.settle(prepared.partition(), offset);
        }
        if (state.asked() >= limits.checksMax()) {
            return setAside(offset, state);
        }
        long position = prepared.partition().index.position(offset);
        boolean asked = ask(offset, position, state.asked() + 1);
        return checked(offset, broker.now() + limits.checkEveryMs(), state.asked() + (asked ? 1 : 0));
    }

    private boolean setAside(long offset, PreparedMessages.Undecided state) {
        try {
            return suspend(offset);
        } catch (RuntimeException | StackOverflowError e) {
            broker.faults().tell("setting aside the undecided message at offset " + offset + "; it stays undecided", e);
            return checked(offset, broker.now() + broker.settings().limits().checkEveryMs(), state.asked());
        }
    }

    private boolean ask(long offset, long position, int times) {
        int begin = first++;
        for (int i = 0; i < inquiries.size(); i++) {
            Inquiry inquiry = inquiries.get(Math.floorMod(begin + i, inquiries.size()));
            try {
                if (inquiry.ask(offset, position, broker.nativeAt(position), times)) {
                    return true;
                }
            } catch (RuntimeException | StackOverflowError e) {
                broker.faults().tell("checking the transaction of the message at position " + position, e);
            }
        }
        return false;
    }

    /** Notes the time of the next check of a prepared message; returns false where the log is full. */
    private boolean checked(long offset, long nextCheckMs, int asked) {
        return broker.append(new Event.Checked(offset, nextCheckMs, asked));
    }
}
