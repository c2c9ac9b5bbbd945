package io.posthorse.broker;

import io.posthorse.platform.Clock;
import io.posthorse.platform.Timers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * Runs the turns of one broker on its owner's thread. The first command of a turn fixes its time and asks the owner to
 * end the turn behind the commands that are already at hand; the end writes all events at once, and replies leave when
 * the log says that they are committed. While a sync is under way the next turns fill: that is the group commit.
 */
public final class Shard {
    private static final long HOUSEKEEPING_MS = 1_000;
    private static final long HOUSEKEEPING_SOON_MS = 20;
    /** Undecided messages that are asked about in one turn. */
    private static final int CHECKS_MAX = 64;
    /** Answers that may fail at a time; those behind them are tried with the next turn. */
    private static final int FAILURES_MAX = 1_000;

    private final Broker broker;
    private final Clock clock;
    private final Timers timers;
    private final Executor tail;
    private final DueMessageMover mover;
    private final Prefetch undecided;
    private final SegmentCleaner cleaning;
    private final Maintenance care;
    private final DiskWatch disk;
    private final AuditTrail audit = new AuditTrail();
    private final BrokerTime time;
    private final FlushBound flush;
    private List<PendingReplies> parked = new ArrayList<>();
    private boolean open;
    private boolean gathers;
    private long turns;
    private Timers.Timer moveTimer;
    private long moveAt = Long.MAX_VALUE;
    private Timers.Timer forceTimer;
    private boolean closed;
    /** Whether a step of a checkpoint is to come. */
    private boolean advancing;
    private Consumer<IOException> onFailure = cause -> { };
    private boolean failureTold;

    /** @param tail runs a task on the owner's thread behind the commands that are at hand */
    public Shard(Broker broker, Clock clock, Timers timers, Executor tail) {
        this.broker = broker;
        this.clock = clock;
        this.timers = timers;
        this.tail = tail;
        this.mover = new DueMessageMover(broker, new Prefetch(broker, broker.background(), this::turn));
        this.undecided = new Prefetch(broker, broker.background(), this::turn);
        this.cleaning = new SegmentCleaner(broker);
        this.care = new Maintenance(broker, clock);
        this.disk = new DiskWatch(broker);
        this.time = new BrokerTime(clock, broker.lastRecordMs());
        broker.correction(time::lived);
        this.flush = new FlushBound(broker.log(), broker.settings().forceMs());
        broker.log().onCommitted(this::committed);
    }

    /** Tells who created, changed, deleted or reset what. */
    public AuditTrail audit() {
        return audit;
    }

    /** Has told what retention drops, once for each segment: its bytes, and the time of its newest record. */
    public void onDropped(DropListener listener) {
        cleaning.onDropped(listener);
    }

    /** Has a failure of the log told, once: from then on nothing is acknowledged, and reads go on. */
    public void onFailure(Consumer<IOException> listener) {
        onFailure = listener;
    }

    /** Has it told when the disk takes seconds to bring data to stable storage: the ms so far. */
    public void onSlowDisk(LongConsumer listener) {
        care.onSlowDisk(listener);
    }

    /**
     * Has told that the log is longer than its retention says, since a subscription has not settled a message of its oldest
     * part: by names of topic and subscription, once for each segment.
     */
    public void onKept(BiConsumer<String, String> listener) {
        cleaning.onKept(listener);
    }

    /** Has told what an operator should know of clock and disk, when it begins and when it ends. */
    public void onNotice(Consumer<String> listener) {
        time.onNotice(listener);
        flush.onNotice(listener);
        disk.onNotice(listener);
        cleaning.onNotice(listener);
    }

    /** Begins the shard's own work: due messages, retention, checkpoints. */
    public void start() {
        turn();
        if (broker.store().tailLost() || !broker.store().damages().isEmpty()) {
            broker.checkpoint(); // the next start need not find the same damage again
        }
        timers.after(HOUSEKEEPING_MS, this::housekeep);
    }

    /** Changes which old segments are dropped from now on. */
    public void retention(Retention changed) {
        cleaning.retention(changed);
    }

    /** Segments that have expired are dropped now, one a second, and not at their hour. */
    public void dropExpired() {
        cleaning.ask();
    }

    public Broker broker() {
        return broker;
    }

    /** The broker, in an open turn. Every command goes through here. */
    public Broker turn() {
        if (!open) {
            open = true;
            turns++;
            time.read();
            broker.now(time.logMs(), time.wallMs());
            long gatherMs = disk.gatherMs();
            gathers = gatherMs > 0;
            if (gathers) {
                timers.after(gatherMs, this::end);
            } else {
                tail.execute(this::end);
            }
        }
        return broker;
    }

    /** Whether a turn is kept open for more to come, as on a full disk. */
    boolean isGathering() {
        return open && gathers;
    }

    /** Number of the present turn, or of the last one. */
    public long turnNumber() {
        return turns;
    }

    /** Has the replies told when the log commits. */
    public void park(PendingReplies replies) {
        parked.add(replies);
    }

    /** The turn is written first: what fails behind that takes nobody's answer away. */
    private void end() {
        open = false;
        if (closed) {
            return;
        }
        endTurn();
        broker.faults().guard("taking due messages to their queues", this::move);
        if (!open && !broker.log().isWritten()) {
            endTurn();
        }
        if (flush.isForceDue() && !broker.log().isForcing()) {
            flush.forceBegins(clock.nanos());
            broker.log().force();
        }
        armForce();
        if (broker.store().sinceCheckpoint() >= broker.settings().checkpointBytes()) {
            broker.checkpoint();
        }
        if (!advancing) {
            advance();
        }
    }

    /** A checkpoint that has begun goes on behind the commands at hand, a step at a time. */
    private void advance() {
        advancing = !closed && broker.store().advance();
        if (advancing) {
            tail.execute(this::advance);
        }
    }

    private void endTurn() {
        broker.endTurn();
        committed();
    }

    private void move() {
        long wait = Math.min(mover.move(), broker.transactions().check(CHECKS_MAX, undecided));
        if (wait == Long.MAX_VALUE) {
            return;
        }
        long at = broker.now() + wait;
        if (moveTimer == null || at < moveAt) {
            if (moveTimer != null) {
                moveTimer.cancel();
            }
            moveAt = at;
            moveTimer = timers.after(wait, this::moveDue);
        }
    }

    private void moveDue() {
        moveTimer = null;
        turn();
    }

    private void armForce() {
        if (broker.log().durable() < broker.log().tail() && forceTimer == null && broker.log().poison() == null) {
            forceTimer = timers.after(broker.settings().forceMs(), this::force);
        }
    }

    private void force() {
        forceTimer = null;
        if (!closed) {
            flush.forceBegins(clock.nanos());
            broker.log().force();
            armForce();
        }
    }

    private void committed() {
        IOException poison = broker.log().poison();
        if (poison != null && !failureTold) {
            failureTold = true;
            onFailure.accept(poison);
        }
        long position = broker.log().isSync() ? broker.log().committed() : flush.releasable(clock.nanos());
        broker.store().index().committed(broker.log().committed());
        release(position);
        if (broker.announce()) {
            turn();
        }
    }

    private void release(long position) {
        if (parked.isEmpty()) {
            return;
        }
        List<PendingReplies> waiting = parked;
        parked = new ArrayList<>();
        for (PendingReplies replies : waiting) {
            if (tell(replies, position)) {
                parked.add(replies);
            }
        }
    }

    /** An answer that fails costs itself: those behind it go on. */
    private boolean tell(PendingReplies replies, long position) {
        IOException poison = broker.log().poison();
        for (int failures = 0; failures < FAILURES_MAX; failures++) {
            try {
                if (poison == null) {
                    return replies.committed(position);
                }
                replies.failed(poison); // also what did get through: after a failure nothing is acknowledged
                return false;
            } catch (RuntimeException | StackOverflowError e) {
                broker.faults().tell("letting an answer go", e);
            }
        }
        return poison == null;
    }

    private void housekeep() {
        if (closed) {
            return;
        }
        boolean[] more = new boolean[1];
        broker.faults().guard("going on with background work", broker.store()::resume);
        broker.faults().guard("dropping old segments", () -> more[0] = cleaning.run(turn().now(), broker.wallNow()));
        broker.faults().guard("looking after the log", care::look);
        broker.faults().guard("looking after the disk", disk::look);
        timers.after(more[0] ? HOUSEKEEPING_SOON_MS : HOUSEKEEPING_MS, this::housekeep);
    }

    /** Ends the last turn; from now on nothing is begun. */
    public void stop() {
        end();
        if (!broker.log().isWritten()) {
            endTurn();
        }
        closed = true;
    }

    /**
     * Closes the log, after {@link #stop} and once the background has come to rest. What waited for the disk is answered.
     */
    public void close() throws IOException {
        broker.close();
        release(broker.log().committed());
    }
}
