package io.posthorse.broker;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/** Copies of messages that came from the disk, by position: so many bytes of the last ones. */
final class Copies {
    private static final int BYTES_MAX = 16 << 20;
    /** What a copy costs beside its bytes. */
    private static final int EACH = 192;

    private final Map<Long, OriginalRead.Copy> byPosition = new HashMap<>();
    private final ArrayDeque<OriginalRead.Copy> byAge = new ArrayDeque<>();
    private long bytes;

    boolean isEmpty() {
        return byAge.isEmpty();
    }

    OriginalRead.Copy at(long position) {
        return byPosition.get(position);
    }

    /** Displaces the oldest ones where there is no room; the new one stays whatever its size. */
    void add(OriginalRead.Copy copy) {
        bytes += EACH + copy.size();
        byAge.add(copy);
        byPosition.put(copy.position(), copy);
        while (bytes > BYTES_MAX && byAge.size() > 1) {
            OriginalRead.Copy oldest = byAge.remove();
            bytes -= EACH + oldest.size();
            byPosition.remove(oldest.position(), oldest);
        }
    }
}
