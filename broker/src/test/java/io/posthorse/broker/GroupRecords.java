package io.posthorse.broker;

import static io.posthorse.broker.Model.require;

import io.posthorse.log.Log;
import io.posthorse.log.RecordFormat;
import java.nio.ByteBuffer;

/** The records that a simulated group has agreed on, in order: their times never go back. */
final class GroupRecords {
    private long end;
    private long timeMs;

    /** Looks at what is new in a node's copy. */
    void look(GroupNode node) {
        Log log = node.replica.store().log();
        long agreed = node.replica.point().position();
        for (long base : log.segmentBases()) {
            long last = Math.min(agreed, log.segmentEnd(base));
            for (long at = Math.max(base + 64, end); at < last; at = end) {
                end = at + 8;
                if (node.replica.store().isDropped(at) || !log.readable(at)) {
                    continue; // the rest of a segment, or what has rotted
                }
                ByteBuffer bytes = log.bytes(at);
                int index = log.index(at);
                long time = bytes.getLong(index + RecordFormat.TIME);
                require(time == 0 || time >= timeMs, "times never go back: at " + at + ", by " + (timeMs - time) + " ms");
                timeMs = Math.max(timeMs, time);
                end = at + (bytes.getInt(index + RecordFormat.LENGTH) + 7 & ~7);
            }
        }
    }
}
