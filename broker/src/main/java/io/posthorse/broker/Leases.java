package io.posthorse.broker;

import io.posthorse.log.RecordFormat;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The commands of leased delivery: a subscription lends messages to consumers for a time, each is settled on its own, and a
 * message not settled in time is lent again. A message that was lent too often goes to a dead-letter partition.
 *
 * <p>Leases are events of the log, so delivery counts and receipts survive a restart.
 */
public final class Leases {
    /** Maximum messages that one subscription may have lent in one partition, and that may be settled out of order. */
    private static final int OPEN_MAX = 100_000;

    private static final long WINDOW_MAX = 1_000_000;
    /** Ms until the next try for a message that is unreadable, or could not be moved to a dead-letter partition. */
    private static final long AGAIN_MS = UnreadableRecords.AGAIN_MS;

    private final Broker broker;

    /** The destination of messages that were lent too often. */
    public interface DeadLetters {
        /**
         * Moves the message away by commands of its own; returns false where it cannot now: the message stays, and is tried
         * again later.
         */
        boolean bury(Subscription subscription, Partition partition, long offset, int deliveries);
    }

    Leases(Broker broker) {
        this.broker = broker;
    }

    /**
     * A consumer's request.
     *
     * @param countMax maximum number of messages, at most {@link FetchResult#COUNT_MAX}
     * @param bytesMax native bytes after which no further message is taken; the first is taken whatever its size
     * @param leaseMs duration of the lease
     * @param receipt id for settling them: not less than all before; messages lent by the same one are not lent again
     * @param ordered whether nothing is lent while messages of the partition are lent already
     * @param repeats whether an earlier answer did not arrive: with {@code ordered} it gets the same messages again
     */
    public record Request(
            Subscription subscription,
            Partition partition,
            int countMax,
            int bytesMax,
            long leaseMs,
            long receipt,
            boolean ordered,
            boolean repeats,
            TagFilter filter,
            DeadLetters deadLetters) {

        /** Creates a request that was not answered before. */
        public Request(
                Subscription subscription, Partition partition, int countMax, int bytesMax, long leaseMs, long receipt,
                boolean ordered, TagFilter filter, DeadLetters deadLetters) {
            this(subscription, partition, countMax, bytesMax, leaseMs, receipt, ordered, false, filter, deadLetters);
        }
    }

    /** Sets the begin of a subscription that has never read a partition; does nothing for others. */
    public boolean begin(Subscription subscription, Partition partition, long offset) {
        return subscription.cursor(partition) >= 0 || broker.commit(subscription, partition, offset);
    }

    /**
     * Lends messages: first those whose lease has ended, then those that were never lent.
     *
     * @param out the lent messages; its status is {@link FetchResult.Status#FOUND} where there are some
     * @return false where the log is full and nothing can be lent
     */
    public boolean lend(Request request, LentBatch out) {
        Partition partition = request.partition;
        LeaseCursor known = request.subscription.leases(partition);
        LeaseCursor cursor = known != null
                ? known
                : new LeaseCursor(Math.max(0, request.subscription.cursor(partition))); // until something is lent
        out.clear(partition, broker);
        if (request.ordered && !request.repeats && isBusy(cursor)) {
            return true;
        }
        if (!again(request, cursor, out)) {
            return false;
        }
        if (out.missing() != null) {
            return true;
        }
        long behind = cursor.next();
        boolean hasRoom = cursor.open() + out.fetch.count < OPEN_MAX && cursor.next() - cursor.floor() < WINDOW_MAX;
        boolean isTurn = !request.ordered || cursor.open() == out.fetch.count; // in order, messages that came back go first
        boolean wantsMore = out.fetch.count < request.countMax
                && (out.fetch.count == 0 || out.fetch.bytes < request.bytesMax);
        if (hasRoom && isTurn && wantsMore) {
            behind = fresh(request, cursor, out);
        }
        if (out.missing() != null) {
            return true;
        }
        if (out.fetch.count == 0 && behind == cursor.next()) {
            return true;
        }
        out.movesOn(out.fetch.count == 0);
        int found = out.fetch.count;
        out.fetch.show(broker.renderer(), request.bytesMax);
        for (int i = out.fetch.count; i < found; i++) { // they grew in the common format: lent another time
            behind = out.fetch.offsets[i] < cursor.next() ? behind : Math.min(behind, out.fetch.offsets[i]);
        }
        return lent(request, cursor, out, behind);
    }

    /**
     * Finds messages that a subscription has never lent, and lends none. A subscription that never read the partition sees
     * it from its beginning.
     */
    public void peek(Subscription subscription, Partition partition, int countMax, int bytesMax, FetchResult out) {
        LeaseCursor cursor = subscription.leases(partition);
        long next = cursor != null ? cursor.next() : subscription.cursor(partition);
        broker.fetch(partition, Math.max(next, broker.begin(partition)), countMax, bytesMax, TagFilter.ALL, out);
    }

    /** Returns whether something is lent now; an ordered reader has to wait for its end. */
    private boolean isBusy(LeaseCursor cursor) {
        cursor.awaited = cursor.lastEnd() > broker.now();
        return cursor.awaited;
    }

    /** Wakes ordered readers once nothing is lent any more. */
    private void freed(LeaseCursor cursor, Partition partition) {
        if (cursor != null && cursor.awaited && !isBusy(cursor)) {
            broker.announceLater(partition);
        }
    }

    private boolean again(Request request, LeaseCursor cursor, LentBatch out) {
        out.more.clear();
        int most = Math.min(request.countMax, FetchResult.COUNT_MAX);
        for (long offset : request.ordered ? cursor.first(most) : cursor.endedBefore(broker.now(), most)) {
            LeaseCursor.Lease lease = cursor.lease(offset);
            if (!request.repeats && lease.receipt() == request.receipt) {
                if (request.ordered) {
                    break;
                }
                continue; // its present holder could settle it for the next one
            }
            int deliveries = lease.deliveries() + (request.repeats ? 0 : 1);
            long position = MessageMoves.position(request.partition, offset);
            boolean cold = position >= 0 && broker.isCold(position);
            OriginalRead.Copy held = cold ? broker.originals().held(position) : null;
            if (cold && (held == null || !held.delivered())) {
                if (held == null) {
                    out.more.add(broker.log(), offset, position, request.partition.index.length(offset));
                } else {
                    broker.originals().forget(position); // the disk could not deliver it: another time
                }
                if (request.ordered) {
                    break; // no message behind it may pass it
                }
                continue;
            }
            ByteBuffer copy = held == null || held.content() == null ? null : broker.renderer().show(held);
            boolean isWhole = position >= 0 && (cold ? copy != null : broker.log().readable(position));
            if (!isWhole) {
                boolean isKept = isUnreadable(request, offset);
                if (!(isKept ? isLentLater(request, offset, lease)
                        : settle(request.subscription, request.partition, offset))) { // it is gone
                    return false;
                }
                if (isKept && request.ordered) {
                    break;
                }
            } else if (lease.deliveries() > request.subscription.settings().retryMax()) {
                if (request.deadLetters.bury(request.subscription, request.partition, offset, lease.deliveries())) {
                    continue;
                }
                if (!isLentLater(request, offset, lease)) {
                    return false;
                }
                if (request.ordered) {
                    break; // no message behind it may pass it
                }
            } else if (cold && (out.fetch.count == 0 || out.fetch.bytes + copy.capacity() <= request.bytesMax)) {
                out.add(offset, position, copy, deliveries);
            } else if (!cold && (out.fetch.count == 0
                    || out.fetch.bytes + request.partition.index.length(offset) <= request.bytesMax)) {
                out.add(offset, position, request.partition.index.length(offset), deliveries);
            } else if (request.ordered) {
                break; // a smaller message behind it may not pass it
            }
        }
        if (out.fetch.count == 0 && out.more.count > 0) {
            out.markMissing();
        }
        return true;
    }

    private boolean isUnreadable(Request request, long offset) {
        Partition from = request.partition;
        return broker.unreadable.stays(MessageMoves.position(from, offset), "lending the message at offset " + offset
                + " of queue " + from.number() + " of the topic " + from.topic().name());
    }

    /** Postpones a message that is unreadable, or cannot go to its dead letters, so that it holds up no other. */
    private boolean isLentLater(Request request, long offset, LeaseCursor.Lease lease) {
        return broker.append(new Event.LeaseChanged(request.subscription.number(), request.partition.id(), offset,
                lease.receipt(), broker.now() + AGAIN_MS));
    }

    private long fresh(Request request, LeaseCursor cursor, LentBatch out) {
        FetchResult found = out.more;
        int most = Math.min(request.countMax, FetchResult.COUNT_MAX) - out.fetch.count;
        int bytes = Math.max(1, request.bytesMax - out.fetch.bytes);
        long from = Math.max(cursor.next(), broker.begin(request.partition));
        found.noteUnreadable(broker.unreadable.mayStay());
        PartitionReader.fetch(broker, request.partition.index, from, most, bytes, request.filter, found);
        if (found.cold && !broker.originals().take(found)) {
            if (out.fetch.count == 0) {
                out.markMissing();
            }
            return cursor.next();
        }
        if (found.status == FetchResult.Status.AT_END || found.status == FetchResult.Status.ABOVE) {
            return cursor.next();
        }
        boolean isHeldUp = request.ordered && found.unreadableCount > 0; // no message behind it may pass it
        long end = isHeldUp ? found.unreadable[0] + 1 : found.next;
        for (int i = 0; i < found.count && found.offsets[i] < end; i++) {
            out.add(found, i);
        }
        return Math.max(cursor.next(), end);
    }

    /**
     * Adds new messages that cannot be read here: they count as lent, though nobody has them, and are tried again like
     * others whose lease ended.
     *
     * @return number of offsets, now in order
     */
    private int addUnreadable(Request request, FetchResult found, long behind, long[] offsets, int count) {
        int all = count;
        for (int i = 0; i < found.unreadableCount; i++) {
            if (found.unreadable[i] < behind) {
                isUnreadable(request, found.unreadable[i]); // reports it
                offsets[all++] = found.unreadable[i];
            }
        }
        Arrays.sort(offsets, 0, all);
        return all;
    }

    private boolean lent(Request request, LeaseCursor cursor, LentBatch out, long behind) {
        long until = broker.now() + request.leaseMs;
        int number = request.subscription.number();
        long[] fresh = new long[out.fetch.count + out.more.unreadableCount];
        int count = 0;
        boolean appended = true;
        for (int i = 0; appended && i < out.fetch.count; i++) {
            long offset = out.fetch.offsets[i];
            if (request.repeats && cursor.lease(offset) != null) { // the same delivery once more
                appended = broker.append(new Event.LeaseChanged(
                        number, request.partition.id(), offset, request.receipt, until));
            } else {
                fresh[count++] = offset;
            }
        }
        count = addUnreadable(request, out.more, behind, fresh, count);
        if (appended && (count > 0 || behind > cursor.next())) {
            appended = broker.append(new Event.Lent(
                    number, request.partition.id(), behind, request.receipt, until, Arrays.copyOf(fresh, count)));
        }
        if (!appended) {
            out.clear(request.partition, broker);
        }
        return appended;
    }

    /**
     * Settles a lent message; the receipt must be that of its last lease. A settled message stays settled for every later
     * call.
     */
    public CommandOutcome settle(Subscription subscription, Partition partition, long offset, long receipt) {
        LeaseCursor cursor = subscription.leases(partition);
        LeaseCursor.Lease lease = cursor == null ? null : cursor.lease(offset);
        if (lease == null && cursor != null && offset >= 0 && cursor.isSettled(offset)) {
            broker.decided();
            return CommandOutcome.DONE;
        }
        if (lease == null || lease.receipt() != receipt) {
            return CommandOutcome.UNKNOWN;
        }
        if (!settle(subscription, partition, offset)) {
            return CommandOutcome.REFUSED;
        }
        freed(cursor, partition);
        return CommandOutcome.DONE;
    }

    /**
     * Changes the end of a lease: later, where a consumer needs longer; sooner, where it gives the message back.
     *
     * @param newReceipt receipt of the message from now on; a message given back keeps its receipt
     */
    public CommandOutcome change(
            Subscription subscription, Partition partition, long offset, long receipt, long leaseMs, long newReceipt) {
        LeaseCursor cursor = subscription.leases(partition);
        LeaseCursor.Lease lease = cursor == null ? null : cursor.lease(offset);
        if (lease == null || lease.receipt() != receipt) {
            return CommandOutcome.UNKNOWN;
        }
        long until = broker.now() + leaseMs;
        long next = leaseMs > 0 ? newReceipt : receipt;
        boolean appended = broker.append(
                new Event.LeaseChanged(subscription.number(), partition.id(), offset, next, until));
        if (appended && until < lease.untilMs()) {
            broker.announceLater(partition); // waiters expect the later end
        }
        return appended ? CommandOutcome.DONE : CommandOutcome.REFUSED;
    }

    /** Stores a message in a dead-letter partition in place of a lent one; a crash leaves both or none of the changes. */
    public boolean bury(Subscription subscription, Partition partition, long offset, Partition to, Message message) {
        if (broker.admit(message.length() + settledSize(1), 2) != Admission.ADMITTED) {
            return false;
        }
        broker.append(to, message, RecordFormat.LINK_NONE, 0, 0, true);
        writeSettled(subscription, partition, offset);
        freed(subscription.leases(partition), partition);
        return true;
    }

    private boolean settle(Subscription subscription, Partition partition, long offset) {
        if (!broker.appender().admits(settledSize(1), 1, true)) {
            return false;
        }
        writeSettled(subscription, partition, offset);
        return true;
    }

    private static int settledSize(int count) {
        return 12 + count * 8;
    }

    private void writeSettled(Subscription subscription, Partition partition, long offset) {
        broker.write(new Event.LentSettled(subscription.number(), partition.id(), offset), false);
    }

    /** Returns how often a message was lent, if that receipt is its present one; otherwise 0. */
    public int deliveries(Subscription subscription, Partition partition, long offset, long receipt) {
        LeaseCursor cursor = subscription.leases(partition);
        LeaseCursor.Lease lease = cursor == null ? null : cursor.lease(offset);
        return lease == null || lease.receipt() != receipt ? 0 : lease.deliveries();
    }

    /** Returns the number of messages that a subscription has lent in a partition and not got back. */
    public int open(Subscription subscription, Partition partition) {
        LeaseCursor cursor = subscription.leases(partition);
        return cursor == null ? 0 : cursor.open();
    }

    /**
     * Returns when a lent message of a subscription's partition can be lent again, in ms since 1970: at the end of the
     * first lease, or for an ordered reader, of the last; {@link Long#MAX_VALUE} where nothing is lent.
     */
    public long nextEnd(Subscription subscription, Partition partition, boolean ordered) {
        LeaseCursor cursor = subscription.leases(partition);
        if (cursor == null || cursor.open() == 0) {
            return Long.MAX_VALUE;
        }
        return ordered ? cursor.lastEnd() : cursor.lease(cursor.firstToEnd()).untilMs();
    }

    /** Returns whether there are messages to lend now, ignoring filters. */
    public boolean hasSome(Subscription subscription, Partition partition, boolean ordered) {
        LeaseCursor cursor = subscription.leases(partition);
        if (ordered && cursor != null && isBusy(cursor)) {
            return false;
        }
        return waiting(subscription, partition) > 0 || nextEnd(subscription, partition, ordered) <= broker.now();
    }

    /** Returns the number of messages that were never lent, or wait to be lent again. */
    public long waiting(Subscription subscription, Partition partition) {
        LeaseCursor cursor = subscription.leases(partition);
        long next = cursor == null ? Math.max(0, subscription.cursor(partition)) : cursor.next();
        return Math.max(0, broker.end(partition) - Math.max(next, broker.begin(partition)));
    }
}
