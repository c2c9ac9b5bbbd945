package io.posthorse.broker;

import io.posthorse.log.Log;
import io.posthorse.log.LogRange;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The cleaner of the log: drops old segments according to {@link Retention}, wherever they are in the row. A due segment is
 * dropped once nobody waits for anything in it. Where the awaited part is less than a quarter of it, or prepared groups are
 * in it, these are carried to the tail first, so that no forgotten dead letter, stuck queue or undecided transaction keeps
 * the disk full. It works in short steps.
 */
final class SegmentCleaner {
    /** Index lookups in one step. */
    private static final int LOOKS = 2_000;
    /** Steps between two checkpoints taken so that segments can be dropped. */
    private static final int COVER_EVERY = 10;
    /** Prepared groups carried in one step. */
    private static final int GROUPS = 16;
    /** Divisor: a segment is carried if at most this part of it is awaited. */
    private static final int CARRIED_PART = 4;

    private final Broker broker;
    private final Carrier carrier;
    /** Reads prepared groups to be carried into memory. */
    private final Prefetch prefetch;
    /** Positions of awaited records that the pass could not carry, since only this node cannot read them: they stay. */
    private final Set<Long> unreadable = new HashSet<>();

    private LivePass pass;
    /** Segments that were due when the pass began, by their first positions. */
    private Set<Long> due = Set.of();
    /** Those among them whose messages the pass carries. */
    private Set<Long> carried = Set.of();
    /** Segments that the last pass found free, and the tail at its end: everything it carried is below. */
    private Set<Long> free = new HashSet<>();

    private long freeSince;
    private long freeRevivals;
    private boolean asked;
    /** Segments reported as kept. */
    private final Set<Long> reported = new HashSet<>();
    private BiConsumer<String, String> onKept = (topic, subscription) -> { };
    private Consumer<String> notice = text -> { };
    private DropListener onDropped = (bytes, newestMs) -> { };
    private Retention retention;
    private int rest;
    private int sinceCovered;

    SegmentCleaner(Broker broker) {
        this.broker = broker;
        this.carrier = new Carrier(broker, broker.background(), unreadable);
        this.prefetch = new Prefetch(broker, broker.background(), () -> { });
        this.retention = broker.settings().retention();
    }

    /** Changes the retention from now on. */
    void retention(Retention changed) {
        retention = changed;
    }

    /** Sets the listener for unsettled messages that keep a segment, by topic and subscription; once for each segment. */
    void onKept(BiConsumer<String, String> listener) {
        onKept = listener;
    }

    /** Sets the listener for dropped segments. */
    void onDropped(DropListener listener) {
        onDropped = listener;
    }

    /** Sets the listener for notices that a kept segment is free. */
    void onNotice(Consumer<String> listener) {
        notice = listener;
    }

    /** Drops expired segments now, at whatever hour. */
    void ask() {
        asked = true;
    }

    /**
     * Does one step in an open turn: drops at most one segment, or examines or carries a bounded number of messages.
     *
     * @return whether there is more to do at once
     */
    boolean run(long nowMs, long wallMs) {
        if (dropOne()) {
            return true;
        }
        if (!free.isEmpty()) {
            return false; // these are dropped first, once the messages carried from them are on stable storage
        }
        try {
            return look(nowMs, wallMs);
        } catch (RuntimeException e) {
            pass = null; // the next one begins anew
            carried = Set.of();
            throw e;
        }
    }

    private boolean look(long nowMs, long wallMs) {
        if (pass == null && !begin(nowMs, wallMs)) {
            return false;
        }
        if (!carrier.write()) {
            return false; // the log has no room: the records read are kept
        }
        if (carrier.isBusy()) {
            return carrier.begin(); // after a failed read, once more after a rest
        }
        List<String> groups = broker.preparedGroups().first(carried.isEmpty() ? 0 : GROUPS, this::isCarried);
        if (!areResident(groups)) {
            return true; // they are being read
        }
        if (!broker.preparedGroups().carry(groups, unreadable)) {
            return false; // the log has no room
        }
        if (!groups.isEmpty()) {
            return true;
        }
        boolean ended = pass.step(LOOKS, carrier);
        carrier.begin();
        if (ended && !carrier.isBusy()) {
            end();
        }
        return true;
    }

    private boolean begin(long nowMs, long wallMs) {
        Set<Long> now = dueSegments(nowMs, wallMs);
        boolean isNews = !now.equals(due);
        rest = isNews ? 0 : Math.max(0, rest - 1);
        if (now.isEmpty() || rest > 0) {
            asked &= !now.isEmpty();
            due = now;
            return false;
        }
        due = now;
        carried = carried.stream().filter(now::contains).collect(Collectors.toSet());
        unreadable.clear();
        pass = new LivePass(broker, carried);
        return true;
    }

    private Set<Long> dueSegments(long nowMs, long wallMs) {
        Log log = broker.log();
        Set<Long> now = new HashSet<>();
        long[] bases = log.segmentBases();
        boolean uncovered = false;
        boolean mayExpire = asked || retention.isHour().test(wallMs) || broker.store().diskUsed() > retention.diskUsedMax();
        boolean isDue = true; // after one that is not due, no younger one is
        for (int i = 0; i < bases.length - 1 && isDue && !uncovered; i++) {
            isDue = isDue(bases[i], nowMs, mayExpire);
            uncovered = isDue && log.segmentEnd(bases[i]) > broker.store().dispensable();
            if (isDue && !uncovered && !broker.store().isDropped(bases[i])) {
                now.add(bases[i]);
            }
        }
        sinceCovered++;
        if (uncovered && sinceCovered >= COVER_EVERY) {
            sinceCovered = 0;
            cover();
        }
        return now;
    }

    /** Takes a checkpoint where little traffic has caused none, since segments can be dropped only once two cover them. */
    private void cover() {
        boolean isNews = broker.store().sinceCheckpoint() > 0;
        if (isNews || broker.append(new Event.Nothing())) {
            broker.checkpoint();
        }
    }

    private boolean isDue(long base, long nowMs, boolean mayExpire) {
        Log log = broker.log();
        boolean tooLarge = retention.bytes() > 0 && log.tail() - base > retention.bytes();
        return tooLarge || mayExpire && retention.isExpired(broker.correctedTime(log.lastTime(base)), nowMs);
    }

    private boolean isCarried(long position) {
        return carried.contains(broker.log().segmentOf(position)) && !unreadable.contains(position);
    }

    /** Returns whether prepared groups are resident; otherwise the background reads them into memory. */
    private boolean areResident(List<String> groups) {
        long[] missing = groups.stream().mapToLong(id -> broker.preparedGroups().positions().get(id))
                .filter(position -> !broker.resident().has(position)).toArray();
        if (missing.length > 0) {
            prefetch.begin(missing);
        }
        return missing.length == 0;
    }

    /** Ends the pass: free segments are dropped, nearly free ones are carried by the next pass. */
    private void end() {
        Set<Long> carryNext = new HashSet<>();
        Set<Long> foundFree = new HashSet<>();
        Set<Long> withGroups = segments(broker.preparedGroups().positions().values());
        Set<Long> withUnreadable = segments(unreadable);
        for (long base : due) {
            if (withUnreadable.contains(base)) {
                continue; // it is kept, and carried again after a rest: another node may lead by then
            }
            LivePass.Live live = pass.in(base);
            boolean groupsLeft = withGroups.contains(base);
            boolean isCarried = carried.contains(base);
            if (!groupsLeft && (live == null || isCarried)) {
                foundFree.add(base);
            } else if (isCarried || groupsLeft || live.bytes * CARRIED_PART <= broker.log().segmentBytes(base)) {
                carryNext.add(base);
            } else {
                reportKept(base, live.waiting);
            }
        }
        if (pass.isValid()) {
            free = foundFree;
            freeSince = broker.tail();
            freeRevivals = broker.state().revivals();
        }
        boolean goesOn = !carryNext.isEmpty() || !free.isEmpty() || !pass.isValid();
        carried = carryNext;
        pass = null;
        rest = goesOn ? 0 : REST;
        asked = false;
    }

    private Set<Long> segments(Collection<Long> positions) {
        return positions.stream().map(broker.log()::segmentOf).collect(Collectors.toSet());
    }

    /** Steps of rest between two passes without work, so that a stuck queue costs little. */
    private static final int REST = 60;

    /** Drops one free segment, once the messages carried from it are on stable storage. */
    private boolean dropOne() {
        if (freeRevivals != broker.state().revivals()) {
            free.clear(); // somebody waits again for messages in it
        }
        if (free.isEmpty() || broker.log().durable() < freeSince) {
            return false;
        }
        long base = free.iterator().next();
        free.remove(base);
        if (broker.log().segmentOf(base) != base || broker.store().isDropped(base)) {
            return true;
        }
        long bytes = broker.log().segmentBytes(base);
        long newestMs = broker.log().lastTime(base);
        if (drop(base)) {
            onDropped.accept(bytes, newestMs);
            if (reported.remove(base)) {
                notice.accept("A part of the log that was kept for unconsumed messages is no longer needed, and was"
                        + " dropped.");
            }
        }
        return true;
    }

    /** Drops a segment; a group's leader decides it for all nodes, whose files go later. */
    private boolean drop(long base) {
        if (broker.state().group == null) {
            return broker.store().drop(base);
        }
        LogRange range = broker.store().droppable(base);
        return range != null && broker.append(new Event.RangeDropped(range.from(), range.to()));
    }

    private void reportKept(long base, LivePass.Waiting waiting) {
        if (waiting != null && reported.add(base)) {
            onKept.accept(waiting.topic().name(), waiting.subscription().name());
        }
    }
}
