package io.posthorse.broker;

import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Messages of other formats as they were last shown in the common one, by position of their record: every group that reads
 * a topic reads the same. So many bytes of those that were asked for last. Used by several threads.
 */
final class ShownMessages {
    /** What one costs beside its bytes. */
    private static final int EACH = 160;

    private final long bytesMax;
    private final LinkedHashMap<Long, ByteBuffer> byUse = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    /** @param bytesMax bytes of all of them; one of more than an eighth of that is not kept */
    ShownMessages(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** The message whose record stands at a position; null where it is not known. */
    synchronized ByteBuffer at(long position) {
        ByteBuffer known = byUse.get(position);
        return known == null ? null : known.duplicate();
    }

    /** Keeps a message; its bytes must not change any more. */
    synchronized void put(long position, ByteBuffer shown) {
        if (EACH + shown.capacity() > bytesMax / 8 || byUse.put(position, shown) != null) {
            return;
        }
        bytes += EACH + shown.capacity();
        Iterator<Map.Entry<Long, ByteBuffer>> oldest = byUse.entrySet().iterator();
        while (bytes > bytesMax) {
            bytes -= EACH + oldest.next().getValue().capacity();
            oldest.remove();
        }
    }

    synchronized long bytes() {
        return bytes;
    }
}
