package io.posthorse.log;

import io.posthorse.platform.Background;
import io.posthorse.platform.FileStore;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds damaged records of a group's node, and has them repaired by what the other nodes have. It reads all committed
 * records in the background, again and again, and looks at those at once that a reader has met. One range is repaired at a
 * time.
 *
 * <p>All calls come on the owner's thread; the disk is waited for in the background. A pass begins at the oldest record, and
 * anew where the log is opened anew.
 */
public final class Scrubber {
    /** Damaged ranges that are known at a time; further ones are found again by a later pass. */
    static final int RANGES_MAX = 1_000;
    /** Bytes read at a time. */
    private static final int STEP_BYTES = 1 << 20;

    private final Store store;
    private final Log log;
    private final FileStore files;
    private final Background background;
    private final PeerBytes peers;
    private final Listener listener;
    private final Map<Long, Damage> open = new LinkedHashMap<>();
    private final ArrayDeque<Long> waiting = new ArrayDeque<>();
    private Runnable onRepaired = () -> { };
    private boolean isReading;
    private boolean isRepairing;
    private boolean isClosed;
    private long position;
    /** Where it ends; -1 for the committed position. */
    private long end = -1;
    private long behind;
    private long found;
    private long repaired;
    private long passes;

    /** A receiver of what operators should know. */
    public interface Listener {
        /** A range cannot be read. Told once of each. */
        void found(DamagedRange range, String file);

        /** A range can be read again. */
        void repaired(DamagedRange range, String file);

        /** A range could not be repaired now. Told once of each reason in turn. */
        void failed(DamagedRange range, String reason);
    }

    private static final class Damage {
        private DamagedRange range;
        private String reason;
        private boolean isLost;

        private Damage(DamagedRange range) {
            this.range = range;
        }

        private boolean holds(long record) {
            return range.from() <= record && record < range.to();
        }
    }

    /** @param background a thread of its own, which may wait for the disk for long */
    public Scrubber(Store store, FileStore files, Background background, PeerBytes peers, Listener listener) {
        this.store = store;
        this.log = store.log();
        this.files = files;
        this.background = background;
        this.peers = peers;
        this.listener = listener;
    }

    /** Registers a listener that runs when records can be read again. */
    public void onRepaired(Runnable woken) {
        onRepaired = woken;
    }

    /** Ends: what is under way has no effect any more, but for bytes that are being written. */
    public void close() {
        isClosed = true;
        waiting.clear();
    }

    /** Returns what was found. */
    public ScrubFigures figures() {
        int lost = (int) open.values().stream().filter(damage -> damage.isLost).count();
        return new ScrubFigures(found, repaired, open.size(), lost, position, log.committed(), passes);
    }

    /** Returns whether nothing is under way. */
    public boolean isIdle() {
        return !isReading && !isRepairing && waiting.isEmpty();
    }

    // ---- the pass

    /**
     * Reads on, unless an earlier step is under way, as on a slow disk. Returns false at the end of the pass; the next call
     * begins another one.
     *
     * @param bytes to read; what was read beyond that by an earlier step is subtracted
     */
    public boolean step(long bytes) {
        if (isClosed || isReading) {
            return true;
        }
        behind -= bytes;
        if (behind >= 0) {
            return true;
        }
        if (position >= end()) {
            position = 0;
            behind = 0;
            passes++;
            return false;
        }
        read(Math.min(-behind, bytes));
        return true;
    }

    /**
     * Makes a pass over agreed records of a log that takes nothing any more, committed by its turns or not; with a
     * background that works at once it is over when this returns.
     */
    public void pass(long from, long to) {
        position = from;
        end = to;
        while (position < end() && !isReading) {
            behind = 0;
            step(STEP_BYTES);
        }
    }

    /** Returns the end of the records to look at. */
    private long end() {
        return end < 0 ? log.committed() : end;
    }

    private LogView view() {
        return end < 0 ? log.view() : new LogView(log.view().segments(), end);
    }

    private void read(long bytes) {
        isReading = true;
        long from = position;
        long number = log.beginRead();
        RecordWalk walk = new RecordWalk(view());
        long[] to = {from};
        background.run(() -> to[0] = walk.run(from, Math.min(bytes, STEP_BYTES)), failure -> {
            log.endRead(number);
            isReading = false;
            if (isClosed) {
                return;
            }
            behind += to[0] - from;
            position = failure == null ? to[0] : from;
            walk.damages().forEach(this::damaged);
            if (failure == null && behind < 0 && position < end() && to[0] > from) {
                read(-behind);
            }
        });
    }

    // ---- damage

    /** Looks at the record at a position at once: a reader could not read it. What was tried already is tried by itself. */
    public void suspect(long record) {
        if (open.values().stream().noneMatch(damage -> damage.reason != null && damage.holds(record))) {
            enqueue(record);
        }
    }

    /** Tries everything again that is not repaired. */
    public void retry() {
        List.copyOf(open.keySet()).forEach(this::enqueue);
    }

    private void enqueue(long at) {
        if (!isClosed && waiting.size() < RANGES_MAX && !waiting.contains(at)) {
            waiting.add(at);
            repairNext();
        }
    }

    /** Returns whether all other nodes have answered, and none has the record at a position whole. */
    public boolean isLost(long record) {
        return open.values().stream().anyMatch(damage -> damage.isLost && damage.holds(record));
    }

    /** Returns the ranges that are not repaired. */
    public Collection<DamagedRange> unrepaired() {
        return open.values().stream().map(damage -> damage.range).toList();
    }

    private void damaged(DamagedRange range) {
        if (isGone(range)) {
            return;
        }
        note(range);
        enqueue(range.from());
    }

    /** Returns whether retention has dropped the range meanwhile; what is to be replayed is wanted all the same. */
    private boolean isGone(DamagedRange range) {
        return log.segmentOf(range.from()) < 0 || end < 0 && store.isDropped(range.from());
    }

    private Damage note(DamagedRange range) {
        Damage known = open.get(range.from());
        if (known != null) {
            known.range = range;
            return known;
        }
        Damage damage = new Damage(range);
        if (open.size() < RANGES_MAX) {
            open.put(range.from(), damage);
            found++;
            listener.found(range, file(range));
        }
        return damage;
    }

    private String file(DamagedRange range) {
        return Segment.name(log.segmentOf(range.from()));
    }

    // ---- repair

    private void repairNext() {
        if (isRepairing || isClosed || waiting.isEmpty()) {
            return;
        }
        isRepairing = true;
        long at = waiting.poll();
        long to = open.containsKey(at) ? open.get(at).range.to() : at + 1;
        long number = log.beginRead();
        LogView view = view();
        Repair[] repair = new Repair[1];
        background.run(() -> {
            DamagedRange range = new RecordWalk(view).first(at, to);
            repair[0] = range == null ? null : new Repair(files, view, range);
        }, failure -> {
            boolean isDamaged = repair[0] != null && !isGone(repair[0].range());
            if (isClosed || failure != null || !isDamaged) {
                if (!isClosed && failure == null && open.remove(at) != null) {
                    repaired++; // whole again, or gone with its segment
                    onRepaired.run();
                }
                ended(number);
                return;
            }
            moved(at, repair[0].range());
            ask(repair[0], number);
        });
    }

    /** Notes a range; what was found at an earlier place is whole up to there. */
    private void moved(long before, DamagedRange range) {
        Damage known = before == range.from() ? null : open.remove(before);
        if (known == null) {
            note(range);
        } else {
            known.range = range;
            open.put(range.from(), known);
        }
    }

    private void ask(Repair repair, long number) {
        peers.ask(repair.position(), repair.wanted(), answers -> {
            if (isClosed) {
                ended(number);
                return;
            }
            Repair.Outcome[] outcome = new Repair.Outcome[1];
            background.run(() -> outcome[0] = repair.take(answers.bytes()), failure -> {
                if (failure == null && outcome[0] == Repair.Outcome.GOES_ON && !isClosed && !isGone(repair.range())) {
                    ask(repair, number);
                    return;
                }
                if (!isClosed) {
                    judge(repair, outcome[0], failure, answers.areAll());
                }
                ended(number);
            });
        });
    }

    private void judge(Repair repair, Repair.Outcome outcome, IOException failure, boolean areAll) {
        DamagedRange range = repair.range();
        Damage damage = open.get(range.from());
        if (isGone(range) || damage == null && outcome != Repair.Outcome.REPAIRED) {
            open.remove(range.from()); // or one of too many: a later pass finds what is left
            return;
        }
        if (outcome == Repair.Outcome.REPAIRED) {
            open.remove(range.from());
            repaired++;
            listener.repaired(range, file(range));
            if (end < 0) {
                store.keys().repaired(log, range);
            }
            onRepaired.run();
            return;
        }
        if (repair.mended() != null && end < 0) {
            store.keys().repaired(log, repair.mended());
        }
        boolean wasLost = damage.isLost;
        damage.isLost = outcome == Repair.Outcome.NOT_FOUND && areAll;
        if (damage.isLost && !wasLost) {
            onRepaired.run(); // who waits for it must pass over it
        }
        String reason = failure != null ? "this node's disk does not take it: " + failure.getMessage()
                : outcome == Repair.Outcome.DISPUTED ? "other nodes have different records there"
                : damage.isLost ? "no other node has it whole"
                : "no node that has answered has it whole";
        if (!reason.equals(damage.reason)) {
            damage.reason = reason;
            listener.failed(range, reason);
        }
    }

    private void ended(long number) {
        log.endRead(number);
        isRepairing = false;
        repairNext();
    }
}
