package io.posthorse.broker;

import io.posthorse.log.RecordFormat;
import java.nio.ByteBuffer;

/** An answer made of old messages whose copies are in memory. */
final class HeldMessages {
    private final MessageRenderer renderer;
    private final FetchResult found;
    private final ContentFilter content;
    private final int countMax;
    private final int bytesMax;
    private int kept;
    private int bytes;

    private HeldMessages(MessageRenderer renderer, FetchResult found) {
        this.renderer = renderer;
        this.found = found;
        this.content = found.content;
        this.countMax = content == null ? FetchResult.COUNT_MAX : Math.min(FetchResult.COUNT_MAX, found.contentCountMax);
        this.bytesMax = content == null ? found.limit : found.contentBytesMax;
    }

    static boolean take(Broker broker, RecordCache copies, FetchResult found) {
        if (found.count > 0 && broker.isCold(found.positions[0]) && copies.at(found.positions[0]) == null) {
            return false;
        }
        new HeldMessages(broker.renderer(), found).take(broker, copies);
        return true;
    }

    private void take(Broker broker, RecordCache copies) {
        int all = found.count;
        for (int i = 0; i < all; i++) {
            boolean cold = broker.isCold(found.positions[i]);
            OriginalRead.Copy copy = cold ? copies.at(found.positions[i]) : null;
            boolean isUndelivered = cold && copy != null && !copy.delivered();
            if (isUndelivered) {
                copies.forget(copy.position()); // it is not gone: the next reader tries again
            }
            if (cold && copy == null || isUndelivered || !add(i, copy)) {
                found.next = found.offsets[i];
                break;
            }
        }
        found.count = kept;
        found.bytes = bytes;
        found.cold = false;
        found.content = null;
        found.status = kept > 0 ? FetchResult.Status.FOUND : FetchResult.Status.NO_MATCH;
    }

    /** Adds a message for the reader; returns false where it exceeds a limit. */
    private boolean add(int i, OriginalRead.Copy copy) {
        if (kept == countMax || content != null && content.isSpent()) {
            return false;
        }
        if (copy != null && copy.content() == null) {
            return found.passes(found.offsets[i]); // damaged
        }
        ByteBuffer shown = copy == null ? shown(i) : renderer.show(copy);
        if (shown == null || content != null && !content.matches(shown, 0, shown.capacity())) {
            return true; // malformed, or not matched
        }
        if (kept > 0 && bytes + shown.capacity() > bytesMax) {
            return false;
        }
        found.offsets[kept] = found.offsets[i];
        found.positions[kept] = found.positions[i];
        found.segments[kept] = shown;
        found.at[kept] = -RecordFormat.NATIVE;
        found.lengths[kept++] = shown.capacity();
        bytes += shown.capacity();
        return true;
    }

    private ByteBuffer shown(int i) {
        return renderer.isForeign(found.segments[i], found.at[i])
                ? renderer.show(found.segments[i], found.at[i], found.lengths[i], found.positions[i])
                : found.segments[i].slice(found.at[i] + RecordFormat.NATIVE, found.lengths[i]);
    }
}
