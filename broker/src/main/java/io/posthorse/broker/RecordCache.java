package io.posthorse.broker;

import java.util.LinkedHashMap;

/** Copies of messages that came from the disk, by position: so many bytes of the last ones. */
final class RecordCache {
    private static final int BYTES_MAX = 16 << 20;
    /** What a copy costs beside its bytes. */
    private static final int EACH = 192;

    private final LinkedHashMap<Long, OriginalRead.Copy> byAge = new LinkedHashMap<>();
    private long bytes;

    boolean isEmpty() {
        return byAge.isEmpty();
    }

    OriginalRead.Copy at(long position) {
        return byAge.get(position);
    }

    /** Displaces the oldest ones where there is no room; the new one stays whatever its size. */
    void add(OriginalRead.Copy copy) {
        forget(copy.position()); // several may have read it at once
        byAge.put(copy.position(), copy);
        bytes += EACH + copy.size();
        while (bytes > BYTES_MAX && byAge.size() > 1) {
            forget(byAge.firstEntry().getKey());
        }
    }

    /** Lets go of a copy: it is to be read anew. */
    void forget(long position) {
        OriginalRead.Copy gone = byAge.remove(position);
        bytes -= gone == null ? 0 : EACH + gone.size();
    }
}
