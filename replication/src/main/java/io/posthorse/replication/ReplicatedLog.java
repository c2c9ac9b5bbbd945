package io.posthorse.replication;

import io.posthorse.log.Batch;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A sequence of batches on which the nodes of a group agree, whatever engine agrees. Every node gets the same committed
 * batches in the same order; only a leader proposes.
 *
 * <p>A proposal has no answer of its own: it is committed, and {@link Replica#committed} gets it; or leadership ends, and
 * {@link Replica#fell} says so. After that it may still be committed, or never. The receiver discards it then by its term.
 */
public interface ReplicatedLog extends AutoCloseable {
    /**
     * Proposes a batch. The caller has at most a few under way, and none larger than {@link #batchBytesMax}. Proposals are
     * committed in the order of the calls. Must be called by one thread only; may block for some milliseconds, so that is
     * not the owner's.
     *
     * @return whether this node leads; otherwise nothing was proposed
     */
    boolean propose(Batch batch);

    /** Returns the largest batch in bytes, with its header. */
    int batchBytesMax();

    /** Returns what this node knows of the group. */
    GroupStatus status();

    /**
     * Hands leadership to another member. This node must lead, and the caller must have nothing under way.
     *
     * @param name of the member; null for any that has everything
     */
    CompletableFuture<Void> transfer(String name);

    /** Gives leadership up without naming a successor: nothing was committed for too long. */
    void stepDown();

    /** Makes the given members the group, agreed on by the old and the new ones. This node must lead. */
    CompletableFuture<Void> members(List<Member> members);

    /** Leaves the group's ports. What is under way may or may not be committed. */
    @Override
    void close() throws IOException;

    /** A copy of the data on this node, which the engine keeps up to date. Calls come one at a time, except where noted. */
    interface Replica {
        /** Returns the place of the newest checkpoint, behind which entries are delivered after a start. */
        EntryPlace restored();

        /**
         * Returns the place up to which this node needs no entries again: that of the older of the two kept checkpoints. It
         * never goes back. Any thread may call it.
         */
        EntryPlace dispensable();

        /**
         * Applies a committed batch. May block while the node is behind with writing, which holds back its engine and
         * nobody else.
         */
        void committed(EntryPlace place, Batch batch);

        /** Notes that the sequence has passed an entry of the engine's own. */
        void passed(EntryPlace place);

        /** Notes that this node leads, and that it has got all that was committed before. Proposals are accepted now. */
        void leading(long term);

        /** Notes that this node leads no longer. Any thread may call it; it must not block. */
        void fell(long term);

        /** Notes who leads; null while nobody is known to. Any thread may call it; it must not block. */
        void following(String leader);

        /**
         * Fetches what the engine can no longer deliver: a newer checkpoint, with everything below it. Until the result
         * is there, no entry is delivered.
         *
         * @param first the first place that can still be delivered
         * @return the place of the fetched checkpoint, at or behind {@code first}; failing where another attempt is useful
         */
        CompletableFuture<EntryPlace> catchUp(EntryPlace first);

        /**
         * Notes that the engine cannot go on, such as after a failed write of its log. The node must halt. Any thread may
         * call it.
         */
        void failed(Throwable cause);
    }
}
