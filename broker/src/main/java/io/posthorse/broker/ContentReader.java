package io.posthorse.broker;

import io.posthorse.log.Log;
import io.posthorse.log.PartitionIndex;
import io.posthorse.log.RecordFormat;
import java.nio.ByteBuffer;

/**
 * A reader that finds messages by content. It examines recent ones at once. Of old ones, which may have to come from the
 * disk, it only notes the positions: {@link ColdRead} examines them on a thread that may wait. One fetch does one of the
 * two, according to its first message.
 */
final class ContentReader {
    /** Maximum messages that one fetch examines: it holds up all other consumers that long. */
    private static final int EXAMINED_MAX = 2_000;
    /** Maximum bytes of the noted messages of one fetch, without the last one. */
    private static final long NOTED_BYTES_MAX = 8L << 20;

    private ContentReader() {}

    /** Fills in the rest of the result; the offset is in the partition. */
    static void fetch(
            Broker broker, PartitionIndex index, long offset, int countMax, int bytesMax, TagFilter filter,
            FetchResult out) {
        long first = index.ceiling(offset);
        if (first >= out.end) {
            out.next = out.end;
        } else if (broker.isCold(index.position(first))) {
            note(broker, index, first, filter, out);
            out.contentCountMax = countMax;
            out.contentBytesMax = bytesMax;
        } else {
            look(broker, index, first, Math.min(countMax, FetchResult.COUNT_MAX), bytesMax, filter, out);
            out.content = null;
            out.show(broker.renderer(), bytesMax);
        }
        out.status = PartitionReader.status(out);
    }

    static void look(
            Broker broker, PartitionIndex index, long first, int most, int bytesMax, TagFilter filter, FetchResult out) {
        Log log = broker.log();
        ContentFilter content = out.content;
        long at = first;
        for (int examined = 0; examined < EXAMINED_MAX && out.count < most && !content.isSpent(); examined++) {
            at = index.ceiling(at);
            if (at >= out.end) {
                at = out.end;
                break;
            }
            long position = index.position(at);
            int length = index.length(at);
            boolean isThere = filter.matches(index.tag(at)) && log.segmentOf(position) >= 0;
            if (isThere
                    && matches(broker.renderer(), content, log.bytes(position), log.index(position), length,
                    position)
                    && log.readable(position)) {
                if (out.count > 0 && out.bytes + length > bytesMax) {
                    break;
                }
                out.add(log, at, position, length);
            } else if (isThere && (out.unreadable != null || out.waits) && !log.readable(position)
                    && !PartitionReader.passes(broker, index, at, out)) {
                break;
            }
            at++;
        }
        out.next = at;
    }

    /** Returns whether a record's message matches, in the format that readers see. */
    static boolean matches(MessageRenderer renderer, ContentFilter content, ByteBuffer bytes, int at, int length,
            long position) {
        if (!renderer.isForeign(bytes, at)) {
            return content.matches(bytes, at + RecordFormat.NATIVE, length);
        }
        ByteBuffer shown = renderer.showUnchecked(bytes, at, length, position);
        return shown != null && content.matches(shown, 0, shown.capacity());
    }

    private static void note(Broker broker, PartitionIndex index, long first, TagFilter filter, FetchResult out) {
        Log log = broker.log();
        long bytes = 0;
        long at = first;
        for (int examined = 0; examined < EXAMINED_MAX && out.count < FetchResult.COUNT_MAX && bytes < NOTED_BYTES_MAX;
                examined++) {
            at = index.ceiling(at);
            if (at >= out.end) {
                at = out.end;
                break;
            }
            long position = index.position(at);
            if (!broker.isCold(position)) {
                break;
            }
            if (filter.matches(index.tag(at)) && log.segmentOf(position) >= 0) {
                bytes += index.length(at);
                out.add(log, at, position, index.length(at));
            }
            at++;
        }
        out.cold = true;
        out.next = at;
    }
}
