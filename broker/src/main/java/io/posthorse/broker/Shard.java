package io.posthorse.broker;

import io.posthorse.log.Batch;
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
 * The shard: runs the turns of one broker on its owner's thread. The first command of a turn asks the owner to end it after
 * the commands that are already waiting; the end writes all events together, and replies leave once the log has committed
 * them. During a sync the next turn fills: that is the group commit. The clock is read when a turn begins, and again for
 * commands that are received later.
 */
public final class Shard {
    private static final long HOUSEKEEPING_MS = 1_000;
    private static final long HOUSEKEEPING_SOON_MS = 20;
    /** Maximum checks in one turn. */
    private static final int CHECKS_MAX = 64;
    /** Maximum failing answers at a time; those behind them are tried in the next turn. */
    private static final int FAILURES_MAX = 1_000;

    private final Broker broker;
    private final Clock clock;
    private final Timers timers;
    private final Executor tail;
    private final DueMessageMover mover;
    private final Prefetch undecided;
    private final SegmentCleaner cleaner;
    private final Maintenance maintenance;
    private final DiskWatch disk;
    private final AuditTrail audit = new AuditTrail();
    private final TableCommands tables = new TableCommands(this);
    private final BrokerTime time;
    private final FlushBound flush;
    private List<PendingReplies> waitingReplies = new ArrayList<>();
    private boolean open;
    private boolean gathers;
    /** Whether commands have been received since the clock was read. */
    private boolean isTimeOld;
    private long turns;
    private Timers.Timer moveTimer;
    private long moveAt = Long.MAX_VALUE;
    private Timers.Timer forceTimer;
    private boolean closed;
    /** Whether a step of a checkpoint is scheduled. */
    private boolean advancing;
    private Consumer<Batch> proposer = batch -> { };
    private Consumer<IOException> onFailure = cause -> { };
    private Runnable onCommitted = () -> { };
    private long releasable;
    private boolean failureReported;

    /** @param tail runs a task on the owner's thread after the waiting commands */
    public Shard(Broker broker, Clock clock, Timers timers, Executor tail) {
        this.broker = broker;
        this.clock = clock;
        this.timers = timers;
        this.tail = tail;
        this.mover = new DueMessageMover(broker, new Prefetch(broker, broker.background(), this::turn));
        this.undecided = new Prefetch(broker, broker.background(), this::turn);
        this.cleaner = new SegmentCleaner(broker);
        this.maintenance = new Maintenance(broker, clock);
        this.disk = new DiskWatch(broker);
        this.time = new BrokerTime(clock, broker.lastRecordMs());
        broker.correction(time::correctedTime);
        this.flush = new FlushBound(broker.log(), broker.settings().forceMs());
        broker.log().onCommitted(this::committed);
    }

    /** Returns the audit trail. */
    public AuditTrail audit() {
        return audit;
    }

    /** Returns the commands on the small tables. */
    public TableCommands tables() {
        return tables;
    }

    /** Sets the listener for dropped segments: their bytes, and the time of their newest record. */
    public void onDropped(DropListener listener) {
        cleaner.onDropped(listener);
    }

    /** Sets the listener for a failure of the log, called once: from then on nothing is acknowledged, and reads go on. */
    public void onFailure(Consumer<IOException> listener) {
        onFailure = listener;
    }

    /** Sets a listener that runs whenever more may be committed. */
    public void onCommitted(Runnable listener) {
        onCommitted = listener;
    }

    /** Sets the receiver of the batches on which a leader's group has to agree. */
    public void onProposal(Consumer<Batch> receiver) {
        proposer = receiver;
    }

    /** Sets the listener for a force that takes seconds, which gets the ms so far. */
    public void onSlowDisk(LongConsumer listener) {
        maintenance.onSlowDisk(listener);
    }

    /**
     * Sets the listener for a log that exceeds its retention because a subscription has not settled a message in its oldest
     * part: it gets the names of topic and subscription, once for each segment.
     */
    public void onKept(BiConsumer<String, String> listener) {
        cleaner.onKept(listener);
    }

    /** Sets the listener for notices to an operator on clock and disk, when a condition begins and when it ends. */
    public void onNotice(Consumer<String> listener) {
        time.onNotice(listener);
        flush.onNotice(listener);
        disk.onNotice(listener);
        cleaner.onNotice(listener);
    }

    /** Starts the shard's own work: due messages, retention, checkpoints. */
    public void start() {
        turn();
        if (broker.store().tailLost() || !broker.store().damages().isEmpty()) {
            broker.checkpoint(); // the next start need not find the same damage again
        }
        timers.after(HOUSEKEEPING_MS, this::housekeep);
    }

    /** Changes the retention from now on. */
    public void retention(Retention changed) {
        cleaner.retention(changed);
    }

    /** Drops expired segments now, one a second, instead of at their hour. */
    public void dropExpired() {
        cleaner.ask();
    }

    public Broker broker() {
        return broker;
    }

    /** Returns whether the broker serves readers alone, and decides nothing. */
    public boolean isFollowing() {
        return broker.appender().follows();
    }

    /** Returns the broker, in an open turn. Every command begins here. */
    public Broker turn() {
        if (!open) {
            open = true;
            turns++;
            readTime();
            long gatherMs = disk.gatherMs();
            gathers = gatherMs > 0;
            if (gathers) {
                timers.after(gatherMs, this::end);
            } else {
                tail.execute(this::end);
            }
        } else if (isTimeOld) {
            readTime();
        }
        return broker;
    }

    private void readTime() {
        isTimeOld = false;
        time.read();
        broker.now(time.logMs(), time.wallMs());
    }

    /** Notes that commands were received: none of them gets a time before it was sent, though their turn began earlier. */
    public void received() {
        isTimeOld = true;
    }

    /** Returns whether a turn is kept open for more commands, as on a full disk. */
    boolean isGathering() {
        return open && gathers;
    }

    /** Returns the number of the present turn, or of the last one. */
    public long turnNumber() {
        return turns;
    }

    /** Adds replies that wait for the log's commit. */
    public void park(PendingReplies replies) {
        waitingReplies.add(replies);
    }

    /** Ends the turn. Its records are written first: a later failure affects no answer. */
    private void end() {
        open = false;
        if (closed) {
            return;
        }
        endTurn();
        if (!isFollowing()) { // what is due is moved by the master's records
            broker.faults().guard("moving due messages to their queues", this::move);
        }
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

    /** Continues a checkpoint after the waiting commands, a step at a time. */
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

    private void propose() {
        for (Batch next = broker.log().nextProposal(); next != null; next = broker.log().nextProposal()) {
            proposer.accept(next);
        }
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
        if (poison != null && !failureReported) {
            failureReported = true;
            onFailure.accept(poison);
        }
        long position = broker.log().isSync() ? broker.log().committed() : flush.releasable(clock.nanos());
        broker.store().index().committed(broker.log().committed());
        broker.faults().guard("telling about changed tables", () -> tables.present().tell(broker.log().committed()));
        release(position);
        onCommitted.run();
        if (!open && !broker.log().isWritten()) { // turns of a group's leader gathered while enough batches were under way
            broker.log().write();
        }
        propose();
        if (broker.announce()) {
            turn();
        }
    }

    /** Looks again at the replies that wait: something else than the log's commit that they wait for has come. */
    public void recheck() {
        release(releasable);
    }

    private void release(long position) {
        releasable = position;
        if (waitingReplies.isEmpty()) {
            return;
        }
        List<PendingReplies> waiting = waitingReplies;
        waitingReplies = new ArrayList<>();
        for (PendingReplies replies : waiting) {
            if (tell(replies, position)) {
                waitingReplies.add(replies);
            }
        }
    }

    /** Sends answers; one that fails affects no other. */
    private boolean tell(PendingReplies replies, long position) {
        IOException poison = broker.log().poison();
        for (int failures = 0; failures < FAILURES_MAX; failures++) {
            try {
                if (poison == null) {
                    return replies.committed(position);
                }
                replies.failed(poison); // even committed ones: after a failure nothing is acknowledged
                return false;
            } catch (RuntimeException | StackOverflowError e) {
                broker.faults().tell("sending an answer", e);
            }
        }
        return poison == null;
    }

    private void housekeep() {
        if (closed) {
            return;
        }
        boolean[] more = new boolean[1];
        broker.faults().guard("continuing background work", broker.store()::resume);
        if (!isFollowing()) {
            broker.faults().guard("dropping old segments", () -> more[0] = cleaner.run(turn().now(), broker.wallNow()));
        }
        broker.faults().guard("maintaining the log", maintenance::look);
        broker.faults().guard("checking the disk", disk::look);
        timers.after(more[0] ? HOUSEKEEPING_SOON_MS : HOUSEKEEPING_MS, this::housekeep);
    }

    /** Ends without writing anything more: this node of a group leads no longer. Replies that wait are never sent. */
    public void abandon() {
        closed = true;
        broker.log().onCommitted(() -> { });
        waitingReplies.clear();
    }

    /** Ends the last turn; no other one begins. */
    public void stop() {
        end();
        if (!broker.log().isWritten()) {
            endTurn();
        }
        closed = true;
    }

    /** Closes the log, after {@link #stop} and once the background is idle. Answers replies that waited for the disk. */
    public void close() throws IOException {
        broker.close();
        release(broker.log().committed());
    }
}
