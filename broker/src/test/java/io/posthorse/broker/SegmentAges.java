package io.posthorse.broker;

import static io.posthorse.broker.Model.require;

import java.util.HashSet;
import java.util.Set;
import java.util.TreeMap;

/** How old the segments of the log are by the world's time: none goes before its time, and in the end what is due goes. */
final class SegmentAges {
    private final PassedTime time;
    private final long ageMs;
    /** Not before the last record of each segment, by its first position: when it may go. */
    private final TreeMap<Long, WorldTime.Due> due = new TreeMap<>();

    private Set<Long> there = new HashSet<>();
    private long tail;
    /** When what a turn writes may go that was open at the last look. */
    private WorldTime.Due open;

    SegmentAges(PassedTime time, long ageMs) {
        this.time = time;
        this.ageMs = ageMs;
    }

    /** A broker has opened what is there. */
    void opened(Broker broker) {
        there = bases(broker);
        due.tailMap(broker.tail(), true).clear();
        tail = Math.min(tail, broker.tail());
        if (open != null) {
            written(broker, there); // in the last step of the run before, which nobody looked at
        }
        open = time.in(ageMs);
        look(broker);
    }

    private static Set<Long> bases(Broker broker) {
        Set<Long> bases = new HashSet<>();
        for (long base : broker.log().segmentBases()) {
            if (!broker.store().isDropped(base)) { // a group's files go later
                bases.add(base);
            }
        }
        return bases;
    }

    /** Looks at what was written and dropped since the last look. */
    void look(Broker broker) {
        Set<Long> now = bases(broker);
        for (long base : there) {
            require(now.contains(base) || !due.containsKey(base) || time.isOver(due.get(base)),
                    "nothing is dropped before its time: " + base);
        }
        there = now;
        written(broker, now);
        open = time.in(ageMs);
    }

    /** What was written since the last look was written in the turn that was open then, or later. */
    private void written(Broker broker, Set<Long> bases) {
        if (broker.tail() != tail) {
            WorldTime.Due news = open;
            Long from = due.floorKey(tail - 1);
            bases.stream().filter(base -> from == null || base >= from).forEach(base -> due.put(base, news));
            tail = broker.tail();
        }
    }

    /** Called when nobody waits for anything any more: what has been due for a while is gone. */
    void requireGone(Broker broker, long slackMs) {
        there.stream().filter(base -> broker.log().segmentEnd(base) < broker.tail()).forEach(base ->
                require(time.now() < due.get(base).ms() + slackMs, "what is due goes in the end: " + base + " of " + there));
    }
}
