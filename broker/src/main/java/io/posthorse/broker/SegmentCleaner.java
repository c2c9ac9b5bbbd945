package io.posthorse.broker;

import io.posthorse.log.Log;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Drops old segments as {@link Retention} says, wherever they stand in the row. A segment that is due goes once nobody waits
 * for anything in it. Where what is waited for is less than a quarter of it, or prepared groups stand in it, that is carried
 * to the tail first, so that neither a forgotten letter nor a stuck queue nor a producer that never decides keeps the disk.
 * Works in steps that hold nobody up.
 */
final class SegmentCleaner {
    /** Looks into indexes in one step. */
    private static final int LOOKS = 2_000;
    /** Steps between two checkpoints that are taken for segments to go. */
    private static final int COVER_EVERY = 10;
    /** Prepared groups carried in one step. */
    private static final int GROUPS = 16;
    /** Of a segment that is carried, at most one part in so many is waited for. */
    private static final int CARRIED_PART = 4;

    private final Broker broker;
    private final Carrier carrier;
    /** Brings prepared groups into memory that are to be carried. */
    private final Prefetch warming;
    private LivePass pass;
    /** Segments that were due when the pass began, by their first positions. */
    private Set<Long> due = Set.of();
    /** Those among them whose messages the pass carries. */
    private Set<Long> carried = Set.of();
    /** Segments that the last pass found free, and the tail at its end: what it has carried stands below. */
    private Set<Long> free = new HashSet<>();

    private long freeSince;
    private long freeRevivals;
    private boolean asked;
    /** Segments of which was told that they stay. */
    private final Set<Long> told = new HashSet<>();
    private BiConsumer<String, String> onKept = (topic, subscription) -> { };
    private Consumer<String> notice = text -> { };
    private DropListener onDropped = (bytes, newestMs) -> { };
    private Retention retention;
    private int rest;
    private int sinceCovered;

    SegmentCleaner(Broker broker) {
        this.broker = broker;
        this.carrier = new Carrier(broker, broker.background());
        this.warming = new Prefetch(broker, broker.background(), () -> { });
        this.retention = broker.settings().retention();
    }

    /** Changes which segments are dropped from now on. */
    void retention(Retention changed) {
        retention = changed;
    }

    /** Has told whose unsettled messages keep a segment, by topic and subscription; once for each segment. */
    void onKept(BiConsumer<String, String> listener) {
        onKept = listener;
    }

    /** Has told what goes. */
    void onDropped(DropListener listener) {
        onDropped = listener;
    }

    /** Has told when what was kept is free. */
    void onNotice(Consumer<String> listener) {
        notice = listener;
    }

    /** What has expired goes now, at whatever hour. */
    void ask() {
        asked = true;
    }

    /**
     * Does one step: drops at most one segment, or looks at so many messages, or carries so many; in an open turn.
     *
     * @return whether there is more to do at once
     */
    boolean run(long nowMs, long wallMs) {
        if (dropOne()) {
            return true;
        }
        if (!free.isEmpty()) {
            return false; // these go first, once what was carried out of them is on stable storage
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
            return false; // the log has no room: what is read waits
        }
        if (carrier.isBusy()) {
            return carrier.begin(); // where the disk could not be asked, once more, after a rest
        }
        List<String> groups = broker.preparedGroups().first(carried.isEmpty() ? 0 : GROUPS, this::isCarried);
        if (!areAtHand(groups)) {
            return true; // they are being read
        }
        if (!broker.preparedGroups().carry(groups)) {
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
        pass = new LivePass(broker, carried);
        return true;
    }

    private Set<Long> dueSegments(long nowMs, long wallMs) {
        Log log = broker.log();
        Set<Long> now = new HashSet<>();
        long[] bases = log.segmentBases();
        boolean uncovered = false;
        boolean mayExpire = asked || retention.isHour().test(wallMs) || broker.store().diskUsed() > retention.diskUsedMax();
        boolean isDue = true; // where one is not, no younger one is
        for (int i = 0; i < bases.length - 1 && isDue && !uncovered; i++) {
            isDue = isDue(bases[i], nowMs, mayExpire);
            uncovered = isDue && log.segmentEnd(bases[i]) > broker.store().dispensable();
            if (isDue && !uncovered) {
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

    /** Segments can go once two checkpoints cover them: takes one, where little traffic has not led to it. */
    private void cover() {
        boolean isNews = broker.store().sinceCheckpoint() > 0;
        if (isNews || broker.append(new Event.Nothing())) {
            broker.checkpoint();
        }
    }

    private boolean isDue(long base, long nowMs, boolean mayExpire) {
        Log log = broker.log();
        boolean tooLarge = retention.bytes() > 0 && log.tail() - base > retention.bytes();
        return tooLarge || mayExpire && retention.isExpired(broker.lived(log.lastTime(base)), nowMs);
    }

    private boolean isCarried(long position) {
        return carried.contains(broker.log().segmentOf(position));
    }

    /** Whether prepared groups can be read without waiting for the disk; else the background brings them into memory. */
    private boolean areAtHand(List<String> groups) {
        long[] missing = groups.stream().mapToLong(id -> broker.preparedGroups().positions().get(id))
                .filter(position -> !broker.atHand().has(position)).toArray();
        if (missing.length > 0) {
            warming.begin(missing);
        }
        return missing.length == 0;
    }

    /** The pass has come to its end: what is free goes, what is nearly free is carried by the next one. */
    private void end() {
        Set<Long> carryNext = new HashSet<>();
        Set<Long> foundFree = new HashSet<>();
        Set<Long> withGroups = broker.preparedGroups().positions().values().stream().map(broker.log()::segmentOf)
                .collect(Collectors.toSet());
        for (long base : due) {
            LivePass.Live live = pass.in(base);
            boolean groupsLeft = withGroups.contains(base);
            boolean isCarried = carried.contains(base);
            if (!groupsLeft && (live == null || isCarried)) {
                foundFree.add(base);
            } else if (isCarried || groupsLeft || live.bytes * CARRIED_PART <= broker.log().segmentBytes(base)) {
                carryNext.add(base);
            } else {
                tellOfKept(base, live.waiting);
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

    /** How many steps at rest lie between two passes that have nothing to do: a stuck queue costs no more than that. */
    private static final int REST = 60;

    /** Drops one segment that is free, once what was carried out of it is on stable storage. */
    private boolean dropOne() {
        if (freeRevivals != broker.state().revivals()) {
            free.clear(); // somebody waits again for what may be in there
        }
        if (free.isEmpty() || broker.log().durable() < freeSince) {
            return false;
        }
        long base = free.iterator().next();
        free.remove(base);
        if (broker.log().segmentOf(base) != base) {
            return true;
        }
        long bytes = broker.log().segmentBytes(base);
        long newestMs = broker.log().lastTime(base);
        if (broker.store().drop(base)) {
            onDropped.accept(bytes, newestMs);
            if (told.remove(base)) {
                notice.accept("A part of the log that was kept for messages nobody had consumed is free, and is dropped.");
            }
        }
        return true;
    }

    private void tellOfKept(long base, LivePass.Waiting waiting) {
        if (waiting != null && told.add(base)) {
            onKept.accept(waiting.topic().name(), waiting.subscription().name());
        }
    }
}
