package io.posthorse.clustertest.history;

/**
 * Something that a client did or saw, or a replica holds. Times are nanoseconds of the monotonic clock that all
 * processes of a
 * machine share.
 */
public sealed interface Event {
    /** Stands for an offset that the client is not told. */
    long NO_OFFSET = -1;

    /** Returns when it happened. */
    long at();

    /**
     * A client begins to send a message; again, where the application tries once more.
     *
     * @param place where to; the partition may be open
     * @param order messages of one place and order are in the order in which they were sent; empty for none
     * @param checksum checksum of the body
     * @param dueAt when it may be delivered at the earliest; 0 for at once
     * @param transaction the transaction that it is part of; empty for none
     */
    record Sent(long at, String id, Place place, String order, int checksum, long dueAt, String transaction)
            implements Event {
    }

    /** A send was answered as stored; a transactional or delayed one has no offset yet. */
    record Acknowledged(long at, String id, Place place, long offset) implements Event {
    }

    /** A send was answered as not stored. */
    record Refused(long at, String id, String reason) implements Event {
    }

    /** Nobody knows whether a send was stored. */
    record Doubtful(long at, String id, String reason) implements Event {
    }

    /** The client library has sent it again by itself. */
    record Repeated(long at, String id) implements Event {
    }

    /** What a client wants of a transaction, or has learnt of its end. */
    enum Decision { COMMIT_ASKED, COMMITTED, ROLLBACK_ASKED, ROLLED_BACK }

    /** A step in the end of a transaction. */
    record Decided(long at, String transaction, Decision decision) implements Event {
    }

    /**
     * A consumer has got a message.
     *
     * @param consumer one consumer among those of the group
     * @param place where it was read; the partition is open where the client is not told, as after a retry
     * @param times how often it had been delivered before, as the broker says
     */
    record Delivered(long at, String consumer, String group, Way way, String id, Place place, long offset, int checksum,
            int times) implements Event {
    }

    /** The broker has answered that a message is settled for the group. */
    record Settled(long at, String group, String id, Place place, long offset) implements Event {
    }

    /** The broker has answered that it took a message back, to deliver it again later. */
    record Returned(long at, String group, String id) implements Event {
    }

    /** The broker has answered that a group's offset is stored; all below it are settled. */
    record Committed(long at, String group, Place place, long offset) implements Event {
    }

    /** A consumer of the group was told this offset to go on from. */
    record Resumed(long at, String group, Place place, long offset) implements Event {
    }

    /** The group has consumed until nothing more came. */
    record Drained(long at, String group, String topic) implements Event {
    }

    /** At the end a replica holds a message. */
    record Stored(long at, String replica, Place place, long offset, String id, int checksum) implements Event {
    }

    /** At the end a partition was read whole from a replica, from its first offset to the one behind its last. */
    record Read(long at, String replica, Place place, long first, long end) implements Event {
    }
}
