package io.posthorse.broker;

import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A cache of messages converted to the common format, by position of their record, since every group that reads a topic
 * reads the same ones. It keeps the last used ones up to a number of bytes. Used by several threads.
 */
final class ShownMessages {
    /** Overhead of an entry in bytes. */
    private static final int EACH = 160;

    private final long bytesMax;
    private final LinkedHashMap<Long, ByteBuffer> byUse = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    /** @param bytesMax maximum bytes of all entries; an entry of more than an eighth of that is not kept */
    ShownMessages(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** Returns the converted message at a position; null where the cache lacks it. */
    synchronized ByteBuffer at(long position) {
        ByteBuffer known = byUse.get(position);
        return known == null ? null : known.duplicate();
    }

    /** Adds a message, whose bytes must no longer change. */
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
