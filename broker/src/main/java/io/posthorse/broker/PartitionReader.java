package io.posthorse.broker;

import io.posthorse.log.Log;
import io.posthorse.log.PartitionIndex;
import io.posthorse.log.RecordFormat;
import java.nio.ByteBuffer;

/** The reader of committed messages by offset and position. */
final class PartitionReader {
    /** Maximum index entries that one fetch examines before it returns what it has. */
    private static final int EXAMINED_MAX = 10_000;

    private PartitionReader() {}

    static void fetch(
            Broker broker, PartitionIndex index, long offset, int countMax, int bytesMax, TagFilter filter,
            FetchResult out) {
        Log log = broker.log();
        out.count = 0;
        out.bytes = 0;
        out.cold = false;
        out.unreadableCount = 0;
        out.isHeld = false;
        out.content = filter.content();
        out.limit = bytesMax;
        out.begin = index.begin();
        out.end = index.visibleEnd(log.committed());
        if (offset >= out.end || offset < out.begin) {
            outside(broker, index, offset, out);
            return;
        }
        if (out.content != null) {
            ContentReader.fetch(broker, index, offset, countMax, bytesMax, filter, out);
            return;
        }
        int most = Math.min(countMax, FetchResult.COUNT_MAX);
        long at = offset;
        for (int examined = 0; examined < EXAMINED_MAX && out.count < most; examined++) {
            at = index.ceiling(at);
            if (at >= out.end) {
                at = out.end;
                break;
            }
            if (filter.matches(index.tag(at))) {
                int length = index.length(at);
                if (out.count > 0 && out.bytes + length > bytesMax) {
                    break;
                }
                long position = index.position(at);
                boolean cold = broker.isCold(position);
                out.cold |= cold;
                if (cold ? log.segmentOf(position) >= 0 : log.readable(position)) {
                    out.add(log, at, position, length);
                } else if (!cold && !passes(broker, index, at, out)) {
                    break;
                }
            }
            at++;
        }
        out.next = at;
        if (!out.cold) { // cold messages are converted by the thread that reads them
            out.show(broker.renderer(), bytesMax);
        }
        out.status = status(out);
    }

    /** Returns the status of a result; what waits for a repair counts as not there yet. */
    static FetchResult.Status status(FetchResult out) {
        return out.count > 0 ? FetchResult.Status.FOUND
                : out.isHeld ? FetchResult.Status.AT_END : FetchResult.Status.NO_MATCH;
    }

    /** Passes over an unreadable message, and reports it in a group; returns false where the fetch must end before it. */
    static boolean passes(Broker broker, PartitionIndex index, long offset, FetchResult out) {
        Partition of = broker.state().partition(index.id);
        boolean stays = broker.unreadable.stays(index.position(offset), "reading the message at offset " + offset
                + " of queue " + of.number() + " of the topic " + of.topic().name());
        out.isHeld = stays && out.waits && broker.unreadable.isAwaited(index.position(offset));
        return !out.isHeld && out.passes(offset);
    }

    private static void outside(Broker broker, PartitionIndex index, long offset, FetchResult out) {
        // its reader may have had more from another node: a leader has decided that, and perhaps not yet seen it agreed on
        boolean mayCome = offset > out.end && (broker.appender().follows() || offset <= index.next());
        if (offset == out.end || mayCome) {
            out.status = FetchResult.Status.AT_END;
            out.next = offset;
        } else if (offset > out.end) {
            out.status = FetchResult.Status.ABOVE;
            out.next = out.end;
        } else {
            out.status = FetchResult.Status.BELOW;
            out.next = out.begin;
        }
    }

    static ByteBuffer nativeAt(Log log, long position) {
        if (!log.readable(position)) {
            return null;
        }
        ByteBuffer bytes = log.bytes(position);
        int at = log.index(position);
        if (bytes.get(at + RecordFormat.TYPE) != RecordFormat.TYPE_MESSAGE) {
            return null;
        }
        int length = bytes.getInt(at + RecordFormat.LENGTH) - RecordFormat.NATIVE;
        return bytes.slice(at + RecordFormat.NATIVE, length);
    }

    static long timeAt(Log log, PartitionIndex index, long offset) {
        if (offset < index.begin() || index.ceiling(offset) != offset || offset >= index.next()) {
            return -1;
        }
        long position = index.position(offset);
        return log.readable(position) ? RecordFormat.time(log.bytes(position), log.index(position), false) : -1;
    }
}
