package io.posthorse.broker;

import io.posthorse.log.ScrubFigures;
import io.posthorse.log.Scrubber;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.LinkedHashSet;

/**
 * The decision about records that this node cannot read. A broker of its own takes them for gone, since nobody else has
 * them. In a group other nodes may have them whole, and what a leader decides holds for all nodes: there nothing is ended
 * because of such a record. It stays where it is, its repair is asked for at once, and it is tried again, here or by a node
 * that leads later.
 */
final class UnreadableRecords {
    /** Ms until the next try. */
    static final long AGAIN_MS = 10_000;

    private static final int TOLD_MAX = 1_000;

    private final Broker broker;
    /** Positions of records that were reported, the latest last. */
    private final LinkedHashSet<Long> told = new LinkedHashSet<>();
    /** Repairs records by what other nodes have; null where nothing does. */
    private Scrubber scrubber;
    private Runnable onRepaired = () -> { };

    UnreadableRecords(Broker broker) {
        this.broker = broker;
    }

    /** Sets what repairs records. */
    void repairedBy(Scrubber repairs) {
        scrubber = repairs;
    }

    /** Returns what was found; null where nothing looks for it. */
    DamageFigures figures() {
        if (scrubber == null) {
            return null;
        }
        ScrubFigures now = scrubber.figures();
        return new DamageFigures(now.found(), now.repaired(), now.unrepaired(), now.lost(), now.position());
    }

    /** Registers what runs when records can be read again. */
    void onRepaired(Runnable listener) {
        onRepaired = listener;
    }

    /** Lets those look again who wait for records: some can be read again, or are lost for good. */
    void repaired() {
        broker.topics().forEach(topic -> topic.partitions().forEach(partition -> partition.wakeAll(broker.faults())));
        onRepaired.run();
    }

    /** Returns whether the record at a position, which cannot be read now, can be expected back from another node. */
    boolean isAwaited(long position) {
        return scrubber != null && !scrubber.isLost(position);
    }

    /** Returns whether unreadable records stay where they are. */
    boolean mayStay() {
        return broker.state().group != null;
    }

    /**
     * Returns whether the record at a position must stay since only this node cannot read it, and reports it, once. Returns
     * false where there is no such record, where it can be read, and in a broker of its own.
     *
     * @param what what failed, for an operator
     */
    boolean stays(long position, String what) {
        if (!mayStay() || position < 0 || position >= broker.log().committed() || !isDamaged(position)) {
            return false;
        }
        if (scrubber != null) {
            scrubber.suspect(position);
        }
        if (told.add(position)) {
            broker.faults().tell(what, new IllegalStateException("The record at position " + position + " is damaged on"
                    + " the disk of this node. It stays where it is, and waits until it is repaired by what another node"
                    + " has, or until a node leads that can read it"));
            forgetOldest();
        }
        return true;
    }

    /** Returns whether a record that was found damaged can be read now: other nodes of a group repair it. */
    boolean isWholeAgain(long position) {
        return mayStay() && broker.log().segmentOf(position) >= 0 && !isDamaged(position);
    }

    private void forgetOldest() {
        if (told.size() > TOLD_MAX) {
            Iterator<Long> oldest = told.iterator();
            oldest.next();
            oldest.remove();
        }
    }

    private boolean isDamaged(long position) {
        try {
            return broker.log().segmentOf(position) >= 0 && !broker.log().readable(position);
        } catch (UncheckedIOException e) {
            return true; // not even its file can be read
        }
    }
}
